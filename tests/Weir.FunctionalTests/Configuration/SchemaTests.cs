using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>The schemas as editors and people get them: from a server without a key, and from the command.</summary>
public sealed class SchemaTests
{
    [Theory]
    [InlineData("/schemas/weir.json", "server", "config", "schema")]
    [InlineData("/schemas/weir-workspace.json", null, "config", "schema", "--workspace")]
    public async Task A_server_and_the_command_say_the_same(string path, string? only, params string[] command)
    {
        using var folder = new TemporaryFolder();
        await using var weir = await WeirProcess.StartAsync(folder.At("data"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));

        using var answer = await weir.SendAsync(request);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal("application/schema+json", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        var told = await ProgramRun.RunAsync(WeirProcess.Executable, command);
        Assert.Equal((0, text), (told.ExitCode, told.Output));
        using var schema = JsonDocument.Parse(text);
        Assert.Equal("http://json-schema.org/draft-07/schema#", schema.RootElement.GetProperty("$schema").GetString());
        var keys = schema.RootElement.GetProperty("properties").EnumerateObject().Select(key => key.Name).ToList();
        Assert.Contains("providers", keys);
        Assert.Equal(only is not null, keys.Contains("server"));
    }
}
