using System.Collections.Immutable;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>Makes a <c>weir.yaml</c> of another program's configuration. Stateless; nothing is read but the text.</summary>
public static class ConfigImport
{
    /// <summary>The programs whose configurations can be read.</summary>
    public static ImmutableArray<string> Programs { get; } = [ClaudeCodeRouterImport.Program, LiteLlmImport.Program];

    /// <summary>Reads a configuration.</summary>
    /// <param name="text">The text: JSON for claude-code-router, YAML for LiteLLM.</param>
    /// <param name="from">Whose it is, one of <see cref="Programs"/>; null to tell by what stands in it.</param>
    /// <returns>What it comes to, or the faults for which it cannot be read.</returns>
    public static (ImportOutcome? Outcome, ImmutableArray<ConfigFault> Faults) Read(string text, string? from)
    {
        var isRouter = from == ClaudeCodeRouterImport.Program || (from is null && text.TrimStart().StartsWith('{'));
        var faults = new List<ConfigFault>();
        YamlNode? root;
        if (isRouter)
        {
            (root, var fault) = JsonTree.Read(text);
            if (fault is not null)
            {
                faults.Add(fault);
            }
        }
        else
        {
            root = YamlTree.Read(text, faults);
        }

        if (root is null)
        {
            return (null, [.. faults]);
        }

        if (root is not YamlMap map)
        {
            return (
                null,
                [new ConfigFault(root.Line, root.Column, "", $"a map of keys was expected, not {root.KindName}")]
            );
        }

        var program =
            from
            ?? (
                ClaudeCodeRouterImport.Recognises(map) ? ClaudeCodeRouterImport.Program
                : LiteLlmImport.Recognises(map) ? LiteLlmImport.Program
                : null
            );
        return program switch
        {
            ClaudeCodeRouterImport.Program => (new ImportOutcome(ClaudeCodeRouterImport.Read(map)), []),
            LiteLlmImport.Program => (new ImportOutcome(LiteLlmImport.Read(map)), []),
            null => (
                null,
                [
                    new ConfigFault(
                        1,
                        1,
                        "",
                        "this is no configuration that can be imported",
                        $"say whose it is: {string.Join(", ", Programs)}"
                    ),
                ]
            ),
            _ => (
                null,
                [
                    new ConfigFault(
                        1,
                        1,
                        "",
                        "that program's configurations cannot be imported",
                        $"known: {string.Join(", ", Programs)}"
                    ),
                ]
            ),
        };
    }
}

/// <summary>What another program's configuration comes to. Immutable.</summary>
public sealed class ImportOutcome
{
    private readonly ImportedDocument document;

    internal ImportOutcome(ImportedDocument document)
    {
        this.document = document;
        Text = ImportWriter.Write(document, isSealed: false);
        Faults = Check(Text);
    }

    /// <summary>Whose configuration it was.</summary>
    public string Program => document.Program;

    /// <summary>Weir's document, keys as variables of the environment.</summary>
    public string Text { get; }

    /// <summary>What could not be carried over as it was, in the order of the document.</summary>
    public IReadOnlyList<ImportNote> Notes => document.Notes;

    /// <summary>The environment variables that <see cref="Text"/> reads, and what each is for.</summary>
    public IReadOnlyList<(string Name, string Reason)> Variables =>
        [.. document.Variables.Select(variable => (variable.Name, variable.Reason))];

    /// <summary>
    /// What Weir's reader says against <see cref="Text"/> when every variable is set; none as a rule. An address that may not be connected
    /// to, for one, only its author can mend.
    /// </summary>
    public ImmutableArray<ConfigFault> Faults { get; }

    /// <summary>
    /// The same document with keys that stood in the clear as sealed secrets, and those keys with the addresses that they belong to. Null
    /// while it has faults.
    /// </summary>
    public SealedImport? Sealed()
    {
        var text = ImportWriter.Write(document, isSealed: true);
        if (Read(text).Config is not { } config)
        {
            return null;
        }

        var values = document.Sealed().ToDictionary(key => key.SecretName!, key => key.Secret!, StringComparer.Ordinal);
        return new SealedImport(
            text,
            [
                .. config
                    .Secrets.DistinctBy(use => use.Name)
                    .Where(use => values.ContainsKey(use.Name))
                    .Select(use => new ImportedKey(use.Name, values[use.Name], use.Origin)),
            ]
        );
    }

    private ImmutableArray<ConfigFault> Check(string text) => Read(text).Faults;

    private ConfigResult Read(string text)
    {
        var examples = document.Variables.ToDictionary(v => v.Name, v => v.Example, StringComparer.Ordinal);
        return ConfigReader.Read(text, name => examples.GetValueOrDefault(name));
    }
}

/// <summary>A document whose keys are to be sealed.</summary>
/// <param name="Text">The document.</param>
/// <param name="Keys">The keys that it names.</param>
public sealed record SealedImport(string Text, ImmutableArray<ImportedKey> Keys);

/// <summary>A key that stood in another program's configuration.</summary>
/// <param name="name">The secret's name.</param>
/// <param name="value">The key.</param>
/// <param name="origin">The address that it is sent to.</param>
public sealed class ImportedKey(string name, string value, string origin)
{
    /// <summary>The secret's name.</summary>
    public string Name => name;

    /// <summary>The key itself.</summary>
    public string Value => value;

    /// <summary>Scheme, host and port that it is sent to.</summary>
    public string Origin => origin;
}
