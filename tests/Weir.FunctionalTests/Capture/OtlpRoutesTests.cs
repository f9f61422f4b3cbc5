using System.Net;
using System.Text;
using System.Text.Json;
using OpenTelemetry.Proto.Collector.Logs.V1;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.FunctionalTests.Capture;

/// <summary>OTLP over HTTP, against the whole server.</summary>
public sealed class OtlpRoutesTests : IAsyncLifetime
{
    private const string Protobuf = "application/x-protobuf";

    private readonly CaptureServer server = new();

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("logs", "json", null, false)]
    [InlineData("logs", "pb", "gzip", true)]
    [InlineData("traces", "json", "gzip", false)]
    [InlineData("traces", "pb", null, true)]
    [InlineData("metrics", "json", null, true)]
    [InlineData("metrics", "pb", "identity", false)]
    public async Task What_claude_code_sends_is_taken(string signal, string form, string? coding, bool chunked)
    {
        var type = form == "pb" ? Protobuf : "application/json";
        var (status, body, answer) = await server.PostAsync(
            $"/v1/{signal}",
            Fixture($"claude-code/{signal}.{form}"),
            type,
            coding: coding,
            chunked: chunked
        );

        Assert.Equal((HttpStatusCode.OK, type), (status, answer.Content.Headers.ContentType!.ToString()));
        Assert.Equal(form == "pb" ? "" : "{}", Encoding.UTF8.GetString(body));
        var (workspace, caught) = Assert.Single(server.Intake.Taken);
        Assert.Equal(1, workspace.Value);
        Assert.True(signal == "metrics" ? caught.Aggregates.Count > 0 : caught.Sightings.Count >= 2);
    }

    [Fact]
    public async Task Only_a_key_that_may_deliver_delivers()
    {
        var body = "{}"u8.ToArray();
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/v1/logs", body, key: null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync("/v1/logs", body, key: "wk_no")).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await server.PostAsync("/v1/logs", body, key: server.GatewayKey)).Status
        );
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await server.PostAsync("/hooks/claude-code", body, key: server.GatewayKey)).Status
        );
        Assert.Empty(server.Intake.Taken);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v1/logs/", body)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v1/logs", body, key: server.AdminKey)).Status);
    }

    [Theory]
    [InlineData("application/json", null, "nonsense", HttpStatusCode.BadRequest)]
    [InlineData(Protobuf, null, "nonsense", HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=utf-8", null, "{}", HttpStatusCode.OK)]
    [InlineData("application/grpc", null, "", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", null, "{}", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", "br", "{}", HttpStatusCode.UnsupportedMediaType)]
    public async Task What_is_no_export_is_refused(string type, string? coding, string body, HttpStatusCode expected)
    {
        var (status, _, _) = await server.PostAsync("/v1/logs", Encoding.UTF8.GetBytes(body), type, coding: coding);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task A_body_that_is_not_what_its_coding_says_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.BaseUrl, "/v1/logs"))
        {
            Content = new ByteArrayContent("{}"u8.ToArray()),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        request.Headers.TryAddWithoutValidation("x-weir-key", server.IngestKey);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.SendAsync(request, CancellationToken.None);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"code\":3", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_stopped_at_the_bound_and_a_large_export_is_taken()
    {
        var bomb = new byte[64 * 1024 * 1024];
        Array.Fill(bomb, (byte)' ');
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await server.PostAsync("/v1/metrics", bomb, coding: "gzip")).Status
        );
        Assert.Empty(server.Intake.Taken);

        // One metrics export of Codex is some 600 KB; the management side's own bound is 2 MB.
        var large = Encoding.UTF8.GetBytes(
            "{\"resourceMetrics\":[],\"more\":\"" + new string('x', 8 * 1024 * 1024) + "\"}"
        );
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/v1/metrics", large)).Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData(Protobuf)]
    public async Task When_there_is_no_room_the_sender_is_to_come_again(string type)
    {
        server.Intake.IsFull = true;
        var body = type == Protobuf ? [] : "{}"u8.ToArray();
        var (status, _, answer) = await server.PostAsync("/v1/traces", body, type);

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(
            HttpStatusCode.TooManyRequests,
            (
                await server.PostAsync(
                    "/hooks/claude-code",
                    "{\"session_id\":\"s\",\"hook_event_name\":\"Stop\"}"u8.ToArray()
                )
            ).Status
        );
    }

    [Fact]
    public async Task What_could_not_be_read_is_told_as_rejected()
    {
        var json = """{"resourceLogs":[{"scopeLogs":[{"logRecords":[7,{},{}]}]}]}"""u8.ToArray();
        var (status, body, _) = await server.PostAsync("/v1/logs", json);
        var said = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("partialSuccess");

        Assert.Equal((HttpStatusCode.OK, "1"), (status, said.GetProperty("rejectedLogRecords").GetString()));

        byte[] broken = [0x0A, 0x0C, 0x12, 0x0A, 0x12, 0x02, 0x32, 0x7F, 0x12, 0x04, 0x2A, 0x02, 0x0A, 0x00];
        (_, body, _) = await server.PostAsync("/v1/logs", broken, Protobuf);
        var partial = ExportLogsServiceResponse.Parser.ParseFrom(body).PartialSuccess;
        Assert.Equal(1, partial.RejectedLogRecords);
        Assert.NotEmpty(partial.ErrorMessage);
    }

    [Fact]
    public async Task The_gateway_has_the_rest_of_v1()
    {
        var (status, body, _) = await server.PostAsync("/v1/logs/more", "{}"u8.ToArray(), key: server.GatewayKey);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("\"error\"", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_is_answered_with_nothing()
    {
        var message = File.ReadAllBytes(
            Path.Combine(Programs.Repository, "tests", "fixtures", "hooks", "PostToolUse.json")
        );
        var (status, body, _) = await server.PostAsync("/hooks/claude-code", message);

        Assert.Equal((HttpStatusCode.OK, "{}"), (status, Encoding.UTF8.GetString(body)));
        Assert.Equal("toolu_fix0001", Assert.Single(server.Intake.Events).Id);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await server.PostAsync("/hooks/claude-code", "no"u8.ToArray())).Status
        );
    }

    private static byte[] Fixture(string name) =>
        File.ReadAllBytes(Path.Combine(Programs.Repository, "tests", "fixtures", "otlp", name));
}
