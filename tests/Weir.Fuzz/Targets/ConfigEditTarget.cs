using System.Text;
using Weir.Fuzz.Engine;
using Weir.Fuzz.Plain;
using Weir.Gateway;
using Weir.Server.Configuration;

namespace Weir.Fuzz.Targets;

/// <summary>
/// The wall between the API and the file's secrets. A sound document, masked, shows no key, and sent back has them all
/// again. No edit of another document takes a key to another address.
/// </summary>
internal sealed class ConfigEditTarget : FuzzTarget
{
    private const string Held = "held-by-the-variable";

    public override string Name => "config-edit";

    public override string Group => "server";

    public override IReadOnlyList<byte[]> Words => Dictionary.Yaml;

    public override IEnumerable<byte[]> Seeds() => Documents.All;

    public override string Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.UTF8.GetString(input);
        var shape = CheckRoundTrip(text);
        return $"{shape} {CheckEdit(text)}";
    }

    private static string CheckRoundTrip(string text)
    {
        if (Read(text) is not { } config)
        {
            return "not sound";
        }

        var masked = ConfigEdit.Masked(text);
        var shown = Read(masked);
        Must(shown is not null, "a masked document is sound", masked);
        foreach (var (was, now) in config.Gateway.Providers.Zip(shown!.Gateway.Providers))
        {
            Must(
                now.ApiKey is null or ConfigEdit.Mask || was.ApiKey == Held,
                "no key is shown",
                $"{now.Name}: {now.ApiKey}"
            );
        }

        var (back, faults) = ConfigEdit.Prepare(text, masked);
        Must(faults.IsEmpty && back is not null, "what was shown can be sent back", string.Join('\n', faults));
        var again = Read(back!);
        Must(again is not null, "what was sent back is sound", back!);
        Must(
            config
                .Gateway.Providers.Select(p => p.ApiKey)
                .SequenceEqual(again!.Gateway.Providers.Select(p => p.ApiKey)),
            "the keys come through a round trip",
            back!
        );
        return $"{config.Gateway.Providers.Length} {masked == text} {back == text}";
    }

    private static string CheckEdit(string edited)
    {
        var (text, faults) = ConfigEdit.Prepare(Documents.Stored, edited);
        var outside = Places.Outside(edited, faults);
        Must(outside is null, "a fault of an edit stands inside the text", $"{outside}");
        MustEqual(faults.IsEmpty, text is not null, "a text or faults");
        if (text is null || Read(text) is not { } config)
        {
            return $"{text is null} {(faults.IsEmpty ? "" : faults[0].Message)}";
        }

        foreach (var provider in config.Gateway.Providers)
        {
            var kept =
                provider.ApiKey == Documents.Secret && !edited.Contains(Documents.Secret, StringComparison.Ordinal);
            var home = provider.Name switch
            {
                "anthropic" => ProviderKind.Anthropic,
                "openai" => ProviderKind.OpenAI,
                "gemini" => ProviderKind.Gemini,
                _ => (ProviderKind?)null,
            };
            Must(
                !(kept || provider.ApiKey == Held)
                    || (provider.Kind == home && provider.BaseUrl == HomeOf(provider.Name)),
                "a secret stays with its address",
                text
            );
            Must(
                provider.BaseUrl?.ToString().Contains(Held, StringComparison.Ordinal) != true
                    && !provider.Name.Contains(Held, StringComparison.Ordinal),
                "no variable goes anywhere but into its key",
                text
            );
        }

        return $"edit {config.Gateway.Providers.Length}";
    }

    private static Uri? HomeOf(string provider) =>
        Read(Documents.Stored)!.Gateway.Providers.First(p => p.Name == provider).BaseUrl;

    private static WeirConfig? Read(string text) => ConfigReader.Read(text, name => name == "KEY" ? Held : null).Config;
}
