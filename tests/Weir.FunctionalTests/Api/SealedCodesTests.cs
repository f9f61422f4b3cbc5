using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>One-time codes, whose secrets are sealed, over restarts, a rotation of the master key and its loss.</summary>
public sealed class SealedCodesTests : IDisposable
{
    private const string Password = "correct horse battery staple";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Codes_outlive_a_rotation_and_the_loss_of_the_master_key_is_told()
    {
        string secret;
        string recovery;
        // A code that is one step early is taken, and none a second time.
        long confirmed;
        await using (var weir = await WeirProcess.StartAsync(folder.At("data")))
        {
            (secret, recovery, confirmed) = await SetUpAsync(weir);
            var rotated = await weir.CommandAsync("secrets", "rotate-key");
            Assert.Contains("1 sealed anew", rotated.Errors, StringComparison.Ordinal);
            Assert.Equal(0, await weir.StopAsync());
        }

        var key = folder.At("data", "secrets.key");
        File.Move(key, key + ".away");
        await using (var weir = await WeirProcess.StartAsync(folder.At("data")))
        {
            var locked = await SignInAsync(weir, Code(secret, confirmed + 1));
            Assert.Contains("Take a recovery code", locked.Problem(503), StringComparison.Ordinal);
            Assert.DoesNotContain("secrets.key", locked.Text, StringComparison.Ordinal);
            Assert.Contains("The one-time codes of 1 people cannot be checked", weir.Log, StringComparison.Ordinal);
            Assert.Contains("the master keys are gone", weir.Log, StringComparison.Ordinal);
            Assert.Equal(200, (await SignInAsync(weir, recovery)).Status);
            Assert.Equal(0, await weir.StopAsync());
        }

        Assert.False(File.Exists(key));
        File.Move(key + ".away", key);
        await using var again = await WeirProcess.StartAsync(folder.At("data"));
        Assert.Equal(200, (await SignInAsync(again, Code(secret, Math.Max(Now, confirmed + 1)))).Status);
        Assert.DoesNotContain("cannot be checked", again.Log, StringComparison.Ordinal);
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30;

    private static async Task<(string Secret, string Recovery, long Step)> SetUpAsync(WeirProcess weir)
    {
        using var invited = await weir.PostAsync("/api/v1/users", """{"name":"mona","roles":["viewer"]}""");
        using var json = JsonDocument.Parse(await invited.Content.ReadAsStringAsync());
        var token = json.RootElement.GetProperty("invitation").GetString()!.Split('#')[1];
        var browser = new Browser(weir);
        await browser.PostAsync("/auth/invitation", $$"""{"token":"{{token}}","password":"{{Password}}"}""");
        await browser.OpenAsync();
        var begun = await browser.PostAsync("/auth/totp", $$"""{"password":"{{Password}}"}""");
        var secret = begun.Json.GetProperty("secret").GetString()!;
        var step = Now;
        var confirmed = await browser.PostAsync("/auth/totp/confirm", $$"""{"code":"{{Code(secret, step)}}"}""");
        Assert.Equal(200, confirmed.Status);
        return (secret, confirmed.Json.GetProperty("codes")[0].GetString()!, step);
    }

    private static async Task<ApiAnswer> SignInAsync(WeirProcess weir, string code)
    {
        var browser = new Browser(weir);
        var first = await browser.PostAsync("/auth/sign-in", $$"""{"name":"mona","password":"{{Password}}"}""");
        var ticket = first.Json.GetProperty("ticket").GetString();
        return await browser.PostAsync("/auth/sign-in/code", $$"""{"ticket":"{{ticket}}","code":"{{code}}"}""");
    }

    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA-1 is what authenticator programs compute.")]
    private static string Code(string secret, long step)
    {
        var (bits, held, key) = (0, 0, new List<byte>());
        foreach (var c in secret)
        {
            bits = (bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal);
            if ((held += 5) >= 8)
            {
                key.Add((byte)(bits >> (held -= 8)));
                bits &= (1 << held) - 1;
            }
        }

        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        var mac = HMACSHA1.HashData(key.ToArray(), counter);
        var number = BinaryPrimitives.ReadInt32BigEndian(mac.AsSpan(mac[^1] & 0xf)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
