using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Identity;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration;

/// <summary>
/// The walls between the management API and the secrets of the file on disk.
/// Outwards, a literal key is masked, also one that was commented out. Inwards, a mask keeps the stored key, and a <c>${NAME}</c> is taken only
/// where the file on disk has the very same one: else whoever may edit could read any variable of the server's
/// environment by sending it somewhere. So is the path of a credentials file. All of it holds only while the provider's kind and
/// address are unchanged, for a secret belongs to the origin that it was given for.
/// </summary>
internal static partial class ConfigEdit
{
    /// <summary>What stands for a secret.</summary>
    public const string Mask = "********";

    /// <summary>The text with every literal key masked, all else as it stands. The text must be sound.</summary>
    public static string Masked(string text)
    {
        var result = new StringBuilder(text);
        var keys = Providers(Root(text))
            .Values.SelectMany(provider => provider.Keys)
            .Where(key => CredentialReader.Masked.Contains(key.Key))
            .Select(key => key.Value);
        foreach (var key in keys.DistinctBy(key => key.Start).OrderByDescending(key => key.Start))
        {
            if (!IsReferenceAlone(key.Text))
            {
                result.Remove(key.Start, key.End - key.Start).Insert(key.Start, $"\"{Mask}\"");
            }
        }

        return KeysInComment()
            .Replace(KeyInComment().Replace(result.ToString(), $"${{lead}}{Mask}"), $"${{lead}}{Mask}");
    }

    /// <summary>The new text as it may be written to the file, or why it may not.</summary>
    /// <param name="stored">The text on disk, which is sound.</param>
    /// <param name="edited">What came through the API.</param>
    public static (string? Text, ImmutableArray<ConfigFault> Faults) Prepare(string stored, string edited)
    {
        var faults = new List<ConfigFault>();
        if (YamlTree.Read(edited, faults) is not { } root)
        {
            return (null, [.. faults]);
        }

        var old = Root(stored);
        var before = Providers(old);
        var movesReceiver = !SameOrigin(Receiver(old), Receiver(root));
        var kept = Scalars(old).ToLookup(s => s.Path, s => s.Scalar.Text, StringComparer.Ordinal);
        var after = Providers(root);
        var splices = new List<(YamlScalar At, string Text)>();
        foreach (var (path, place, scalar) in Scalars(root))
        {
            var masked = scalar.Text == Mask;
            // By path, never by node: an alias would let another provider pass for the owner of the key.
            var (name, word) = KeyAt(after, path);
            var isFile = word == "credentials" && !IsReferenceAlone(scalar.Text);
            if (!masked && !isFile && !EnvironmentText.HasReference(scalar.Text))
            {
                continue;
            }

            if (name is not null)
            {
                if (!before.TryGetValue(name, out var owner) || owner.Keys.GetValueOrDefault(word!) is not { } held)
                {
                    faults.Add(
                        Fault(scalar, place, masked ? "there is no stored key that this could keep" : OnlyOnDisk)
                    );
                }
                else if (Moves(owner, after[name]))
                {
                    faults.Add(Fault(scalar, place, Moved, "give the key again"));
                }
                else if (masked)
                {
                    splices.Add((scalar, stored[held.Start..held.End]));
                }
                else if (held.Text != scalar.Text)
                {
                    faults.Add(Fault(scalar, place, OnlyOnDisk));
                }
            }
            else if (
                !masked
                && after.Any(now => IsPoolKey(path, now.Key) && Moves(before.GetValueOrDefault(now.Key), now.Value))
            )
            {
                faults.Add(Fault(scalar, place, Moved, "change the address in the file itself"));
            }
            else if (!masked && movesReceiver && path.StartsWith("telemetry.otlp.", StringComparison.Ordinal))
            {
                faults.Add(Fault(scalar, place, Moved, "change the receiver's address in the file itself"));
            }
            else if (!masked && !kept[path].Contains(scalar.Text, StringComparer.Ordinal))
            {
                faults.Add(Fault(scalar, place, OnlyOnDisk));
            }
        }

        foreach (var shared in splices.GroupBy(splice => splice.At.Start).Where(group => group.Count() > 1))
        {
            faults.Add(Fault(shared.First().At, "", "a masked key cannot be shared by an alias", "give the key again"));
        }

        if (faults.Count > 0)
        {
            return (null, [.. faults]);
        }

        var result = new StringBuilder(edited);
        foreach (var (at, text) in splices.OrderByDescending(s => s.At.Start))
        {
            result.Remove(at.Start, at.End - at.Start).Insert(at.Start, text);
        }

        return (result.ToString(), []);
    }

    private static bool IsPoolKey(string path, string provider) =>
        path.StartsWith($"providers[{provider}].apiKeys[", StringComparison.Ordinal);

    private static bool Moves(ProviderSecret? was, ProviderSecret now) =>
        was is null || was.Kind != now.Kind || was.Place != now.Place || !SameOrigin(was.BaseUrl, now.BaseUrl);

    private const string Moved = "a secret belongs to the address that it was given for, and that address changed";
    private const string OnlyOnDisk = "variables of the environment are taken from the file on disk alone";

    private static ConfigFault Fault(YamlScalar at, string path, string message, string? hint = null) =>
        new(
            at.Line,
            at.Column,
            path,
            message,
            hint ?? "add this reference to the file itself, on the server's machine"
        );

    [GeneratedRegex(
        @"(?<lead>#[^\n]*?(api_?key|secret_?access_?key|session_?token)[""']?\s*[:=]\s*)(?!\$\{)[^\s,}]+",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex KeyInComment();

    [GeneratedRegex(
        @"(?<lead>#[^\n]*?api_?keys[""']?\s*[:=]\s*)(?![\s\[""']*(\$\{|secret:))[^\n]+",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex KeysInComment();

    /// <summary>Whether a value is a variable or a sealed secret and nothing else.</summary>
    public static bool IsReferenceAlone(string text) =>
        (
            text.StartsWith("${", StringComparison.Ordinal)
            && text.IndexOf('}', StringComparison.Ordinal) == text.Length - 1
        )
        || (
            text.StartsWith(ConfigReading.SecretPrefix, StringComparison.Ordinal)
            && SecretRules.IsName(text[ConfigReading.SecretPrefix.Length..])
        );

    private static bool SameOrigin(string? before, string? after)
    {
        if (before == after)
        {
            return true;
        }

        return Uri.TryCreate(before, UriKind.Absolute, out var a)
            && Uri.TryCreate(after, UriKind.Absolute, out var b)
            && a.GetLeftPart(UriPartial.Authority)
                .Equals(b.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
    }

    private static string? Receiver(YamlNode root) =>
        Child(root, "telemetry") is { } telemetry && Child(telemetry, "otlp") is { } otlp
            ? (Child(otlp, "endpoint") as YamlScalar)?.Text
            : null;

    private static YamlNode Root(string text) =>
        YamlTree.Read(text, []) ?? throw new InvalidOperationException("The text in force is no YAML.");

    /// <summary>What a provider signs in with, and where.</summary>
    private sealed record ProviderSecret(
        string? Kind,
        string? BaseUrl,
        string? Place,
        IReadOnlyDictionary<string, YamlScalar> Keys
    );

    private static (string? Provider, string? Key) KeyAt(Dictionary<string, ProviderSecret> providers, string path)
    {
        foreach (var key in CredentialReader.Keys)
        {
            if (
                path.EndsWith($"].{key}", StringComparison.Ordinal)
                && providers.Keys.FirstOrDefault(name => path == $"providers[{name}].{key}") is { } provider
            )
            {
                return (provider, key);
            }
        }

        return default;
    }

    private static Dictionary<string, ProviderSecret> Providers(YamlNode root)
    {
        var providers = new Dictionary<string, ProviderSecret>(StringComparer.Ordinal);
        if (Child(root, "providers") is YamlList list)
        {
            foreach (var item in list.Items)
            {
                if ((Child(item, "name") as YamlScalar)?.Text is { } name)
                {
                    providers.TryAdd(
                        name,
                        new ProviderSecret(
                            (Child(item, "kind") as YamlScalar)?.Text,
                            (Child(item, "baseUrl") as YamlScalar)?.Text,
                            ((Child(item, "region") ?? Child(item, "location")) as YamlScalar)?.Text,
                            CredentialReader
                                .Keys.Select(key => (Key: key, Value: Child(item, key) as YamlScalar))
                                .Where(key => key.Value is not null)
                                .ToDictionary(key => key.Key, key => key.Value!, StringComparer.Ordinal)
                        )
                    );
                }
            }
        }

        return providers;
    }

    private static YamlNode? Child(YamlNode node, string key) =>
        (node as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;

    // In Path list items are called by their name where they have one, so that moving one does not change what it may
    // keep; in Place by their number, as in every other fault.
    private static IEnumerable<(string Path, string Place, YamlScalar Scalar)> Scalars(
        YamlNode node,
        string path = "",
        string place = ""
    )
    {
        switch (node)
        {
            case YamlScalar scalar:
                yield return (path, place, scalar);
                break;
            case YamlList list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    var name =
                        (Child(list.Items[i], "name") as YamlScalar)?.Text ?? i.ToString(CultureInfo.InvariantCulture);
                    foreach (var inner in Scalars(list.Items[i], $"{path}[{name}]", $"{place}[{i}]"))
                    {
                        yield return inner;
                    }
                }

                break;
            case YamlMap map:
                foreach (var entry in map.Entries)
                {
                    foreach (
                        var inner in Scalars(entry.Value, Inner(path, entry.Key.Text), Inner(place, entry.Key.Text))
                    )
                    {
                        yield return inner;
                    }
                }

                break;
        }
    }

    private static string Inner(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
