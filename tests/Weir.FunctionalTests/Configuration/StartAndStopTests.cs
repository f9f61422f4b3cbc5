using System.Net;
using Weir.Foundation.Storage;
using Weir.Testing;

namespace Weir.FunctionalTests.Configuration;

/// <summary>How a server starts, who else may, and how it ends.</summary>
public sealed class StartAndStopTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_first_start_shows_the_key_once_and_keeps_it_for_its_owner()
    {
        await using (var first = await StartAsync())
        {
            Assert.Contains($"Admin key:  {first.AdminKey}", first.Log, StringComparison.Ordinal);
            Assert.Contains($"Dashboard:  {first.BaseUrl}", first.Log, StringComparison.Ordinal);
            Assert.Equal(0, await first.StopAsync());
        }

        await using var second = await StartAsync();

        Assert.DoesNotContain("wk_", second.Log, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(second.DataFolder, "admin.key"))
            );
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(second.DataFolder)
            );
        }
    }

    [Fact]
    public async Task A_second_server_says_who_has_the_folder()
    {
        await using var first = await StartAsync();

        var second = await ServeAsync();

        Assert.Equal(2, second.ExitCode);
        Assert.Contains($"process {first.ProcessId}", second.Errors, StringComparison.Ordinal);
        Assert.Contains(first.BaseUrl.ToString().TrimEnd('/'), second.Errors, StringComparison.Ordinal);
        Assert.Empty(second.Output);
    }

    [Fact]
    public async Task A_killed_servers_folder_is_free_and_its_word_is_not_believed()
    {
        await using var first = await StartAsync();
        await first.KillAsync();
        Assert.True(File.Exists(Path.Combine(first.DataFolder, "server.json")));

        var usage = await first.CommandAsync("usage", "--json");

        Assert.Equal(0, usage.ExitCode);
        await using var second = await StartAsync();
        Assert.Equal(0, await second.StopAsync());
        Assert.False(File.Exists(Path.Combine(second.DataFolder, "server.json")));
    }

    [Fact]
    public async Task A_folder_of_a_newer_version_is_refused()
    {
        await using (var first = await StartAsync())
        {
            await first.StopAsync();
        }

        await using (var ledger = new SqliteDatabase(folder.At("data", "ledger.db")).OpenWriter())
        {
            await using var command = ledger.CreateCommand();
            command.CommandText = "INSERT INTO schema_migration VALUES (999, 'future', 'x', 'x')";
            await command.ExecuteNonQueryAsync();
        }

        var second = await ServeAsync();

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("newer version", second.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_leaves_the_folder_free()
    {
        await using var first = await StartAsync();
        var other = await ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["serve", "--urls", first.BaseUrl.ToString(), "--data", folder.At("other")],
            new Dictionary<string, string> { ["HOME"] = folder.Path }
        );

        Assert.Equal(1, other.ExitCode);
        Assert.Contains("address already in use", other.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.At("other", "server.json")));
        Assert.False(File.Exists(folder.At("other", "admin.key")));
    }

    [Fact]
    public async Task Listening_to_the_world_without_tls_is_warned_of()
    {
        var port = WeirProcess.FreePort();
        var data = folder.At("data");
        await using var weir = WeirProcess.Launch(
            data,
            environment: new Dictionary<string, string> { ["HOME"] = folder.Path },
            launcher: ["env", $"WEIR_URLS=http://0.0.0.0:{port}"]
        );
        await weir.WaitUntilHealthyAsync();

        Assert.DoesNotContain("WARNING", weir.Log, StringComparison.Ordinal); // --urls wins over WEIR_URLS
        Assert.Equal(0, await weir.StopAsync());
        var wide = await WideAsync(port, data);
        Assert.Contains("WITHOUT TLS", wide, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_start_on_every_interface_names_an_address_to_go_to()
    {
        var port = WeirProcess.FreePort();

        var told = await WideAsync(port, folder.At("data"));

        Assert.Contains($"Dashboard:  http://127.0.0.1:{port}/", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_lets_streams_finish_and_takes_no_more()
    {
        await using var upstream = new FakeUpstream();
        var gate = new Gate();
        upstream.On(
            "/v1/messages",
            UpstreamAnswer
                .Sse("event: ping\ndata: {\"type\":\"ping\"}\n\n")
                .Pause(gate)
                .Body("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
        );
        await using var weir = await WeirProcess.StartAsync(
            folder.At("data"),
            $"version: 1\nproviders: [{{ name: anthropic, kind: anthropic, baseUrl: \"{upstream.BaseUrl.ToString().TrimEnd('/')}\", apiKey: k }}]\n"
        );
        using var answer = await weir.PostAsync(
            "/v1/messages",
            """{"model":"claude-opus-4-8","max_tokens":1,"stream":true,"messages":[{"role":"user","content":"x"}]}"""
        );
        await gate.Reached;

        var stopping = weir.StopAsync();
        await weir.UntilAsync(() => Task.FromResult(weir.Log.Contains("stopping", StringComparison.Ordinal)), "stop");
        Assert.False(stopping.IsCompleted);
        gate.Open();
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Contains("message_stop", text, StringComparison.Ordinal);
        Assert.Equal(0, await stopping);
        var usage = await weir.CommandAsync("usage", "--json");
        Assert.Equal(1, usage.Json().GetProperty("total").GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task Tls_is_spoken_with_a_certificate_of_the_users_own()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(
            System.Security.Cryptography.ECCurve.NamedCurves.nistP256
        );
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=localhost",
            key,
            System.Security.Cryptography.HashAlgorithmName.SHA256
        );
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(200)
        );
        await File.WriteAllTextAsync(folder.At("cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(folder.At("key.pem"), key.ExportPkcs8PrivateKeyPem());
        var port = WeirProcess.FreePort();
        await File.WriteAllTextAsync(
            folder.At("weir.yaml"),
            $"version: 1\nserver:\n  urls: [\"https://127.0.0.1:{port}\"]\n  tls: {{ certificate: {folder.At("cert.pem")}, key: {folder.At("key.pem")} }}\n"
        );
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                WeirProcess.Executable,
                ["serve", "--config", folder.At("weir.yaml"), "--data", folder.At("data")]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        try
        {
            Assert.Contains(
                $"https://127.0.0.1:{port}",
                await process.StandardOutput.ReadLineAsync(),
                StringComparison.Ordinal
            );
            using var http = new HttpMessageInvoker(
                new SocketsHttpHandler
                {
                    SslOptions =
                    {
                        RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=localhost",
                    },
                }
            );
            using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://127.0.0.1:{port}/health"));
            using var answer = await http.SendAsync(ask, CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private Task<WeirProcess> StartAsync() => WeirProcess.StartAsync(folder.At("data"));

    private Task<ProgramResult> ServeAsync() =>
        ProgramRun.RunAsync(
            WeirProcess.Executable,
            ["serve", "--urls", $"http://127.0.0.1:{WeirProcess.FreePort()}", "--data", folder.At("data")],
            new Dictionary<string, string> { ["HOME"] = folder.Path }
        );

    private static async Task<string> WideAsync(int port, string data)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(WeirProcess.Executable, ["serve", "--data", data])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["WEIR_URLS"] = $"http://0.0.0.0:{port}" },
            }
        )!;
        string? warning;
        try
        {
            do
            {
                warning = await process.StandardError.ReadLineAsync();
            } while (warning is not null && !warning.StartsWith("weir: WARNING:", StringComparison.Ordinal));
        }
        finally
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        // The greeting comes before the warning.
        return await process.StandardOutput.ReadToEndAsync() + warning;
    }
}
