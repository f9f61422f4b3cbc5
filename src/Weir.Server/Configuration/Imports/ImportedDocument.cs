using System.Collections.Immutable;
using System.Globalization;

namespace Weir.Server.Configuration.Imports;

/// <summary>What another program's configuration comes to, before it is written as Weir's. Filled by one reader; not thread-safe.</summary>
/// <param name="program">Whose configuration it was, as its own users call it.</param>
internal sealed class ImportedDocument(string program)
{
    private const int MostNotes = 1000;
    private readonly HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> numbers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whose configuration it was.</summary>
    public string Program => program;

    /// <summary>Upstream accounts, in their order.</summary>
    public List<ImportedProvider> Providers { get; } = [];

    /// <summary>Rules, the first that matches first.</summary>
    public List<ImportedRoute> Routes { get; } = [];

    /// <summary>Prices that its author set.</summary>
    public List<ImportedPrice> Prices { get; } = [];

    /// <summary>Limits that its author set.</summary>
    public List<ImportedLimit> Limits { get; } = [];

    /// <summary>What is not as it was, or not at all.</summary>
    public List<ImportNote> Notes { get; } = [];

    /// <summary>The environment variables that the new document reads.</summary>
    public List<ImportedVariable> Variables { get; } = [];

    /// <summary>The keys that stood there in the clear.</summary>
    public IEnumerable<ImportedText> Sealed() =>
        Providers
            .SelectMany(provider => provider.Texts)
            .Select(text => text.Value)
            .Where(text => text.Secret is not null);

    /// <summary>Says that something could not be carried over as it was.</summary>
    public void Note(string path, string message)
    {
        if (Notes.Count < MostNotes)
        {
            Notes.Add(new ImportNote(path, message));
        }
    }

    /// <summary>A name for a provider that no other has: the wanted one as far as it can be one.</summary>
    public string NewName(string wanted) => Unique(Shaped(wanted, "provider", 40), names, "-");

    /// <summary>Keeps a variable's name from standing for a key that stood in the clear: it is read for something else.</summary>
    public void Reserve(string name) => variables.Add(name);

    /// <summary>A key that stood there in the clear: a variable of its own stands for it.</summary>
    /// <param name="owner">The provider's name.</param>
    /// <param name="word">What it is, as <c>API_KEY</c>.</param>
    /// <param name="value">The key.</param>
    public ImportedText Secret(string owner, string word, string value)
    {
        var upper = string.Concat(owner.ToUpperInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        var name = Unique((char.IsAsciiDigit(upper[0]) ? "_" : "") + upper + "_" + word, variables, "_");
        told.Add(name);
        Variables.Add(
            new ImportedVariable(name, $"the key of {owner} that stood in the file", ImportPlaceholders.Name)
        );
        return new ImportedText($"${{{name}}}")
        {
            Secret = value,
            SecretName = name.ToLowerInvariant().Replace('_', '-').TrimStart('-'),
        };
    }

    /// <summary>A value that stands in the environment.</summary>
    /// <param name="name">The variable, a sound name.</param>
    /// <param name="reason">What it is for.</param>
    /// <param name="example">A value that a check can put in its place.</param>
    public ImportedText Variable(string name, string reason, string example)
    {
        variables.Add(name);
        if (told.Add(name))
        {
            Variables.Add(new ImportedVariable(name, reason, example));
        }

        return new ImportedText($"${{{name}}}");
    }

    private static string Shaped(string wanted, string otherwise, int longest)
    {
        var text = string.Concat(wanted.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'))
            .TrimStart('.', '_', '-');
        return text.Length == 0 ? otherwise : text[..Math.Min(text.Length, longest)];
    }

    // Goes on from the last number: a thousand of one name cost a thousand tries.
    private string Unique(string wanted, HashSet<string> taken, string between)
    {
        var name = wanted;
        while (!taken.Add(name))
        {
            numbers[wanted] = numbers.GetValueOrDefault(wanted, 1) + 1;
            name = $"{wanted}{between}{numbers[wanted].ToString(CultureInfo.InvariantCulture)}";
        }

        return name;
    }
}

/// <summary>A text as Weir's document has it: <c>${NAME}</c> stands for a variable.</summary>
/// <param name="Text">The text.</param>
internal sealed record ImportedText(string Text)
{
    /// <summary>The key that stood there in the clear, for which <see cref="Text"/> stands; null for none.</summary>
    public string? Secret { get; init; }

    /// <summary>What the key is called where it is sealed.</summary>
    public string? SecretName { get; init; }

    /// <summary>A text without variables, whatever stands in it.</summary>
    public static ImportedText Plain(string text) => new(text.Replace("${", "$${", StringComparison.Ordinal));

    // A key is never printed.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(Text);
        return true;
    }
}

/// <summary>An upstream account.</summary>
internal sealed record ImportedProvider
{
    /// <summary>Its name, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind, as Weir's document has it.</summary>
    public required string Kind { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>The keys that hold one text.</summary>
    public List<(string Key, ImportedText Value)> Texts { get; init; } = [];

    /// <summary>What it speaks; empty for what its kind and vendor speak.</summary>
    public ImmutableArray<string> Dialects { get; init; } = [];

    /// <summary>The models that it serves; empty for any.</summary>
    public List<string> Models { get; init; } = [];

    /// <summary>Models whose deployment is named otherwise.</summary>
    public SortedDictionary<string, string> Deployments { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What is changed in requests to it, each as the document has it: <c>{ clamp: /max_tokens, max: 8192 }</c>.</summary>
    public List<string> Transforms { get; } = [];

    /// <summary>How long it may be silent; null for Weir's own bound.</summary>
    public TimeSpan? Silence { get; set; }
}

/// <summary>A rule.</summary>
internal sealed record ImportedRoute
{
    /// <summary>Its name, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string Source { get; init; }

    /// <summary>The pattern of the model that is asked for; null for any.</summary>
    public string? Model { get; init; }

    /// <summary>A condition as the document has it, <c>tokensAbove: 60000</c>; null for none.</summary>
    public string? Condition { get; init; }

    /// <summary>How targets are chosen; null for in their order.</summary>
    public string? Strategy { get; init; }

    /// <summary>Where to.</summary>
    public required IReadOnlyList<ImportedTarget> Targets { get; init; }
}

/// <summary>Where a rule sends to.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model there; null for the one that was asked for.</param>
/// <param name="Weight">Its share among others; null for none.</param>
internal sealed record ImportedTarget(string Provider, string? Model, int? Weight = null);

/// <summary>A model's price in US dollars per million tokens.</summary>
internal sealed record ImportedPrice(
    string Provider,
    string Model,
    string Source,
    IReadOnlyList<(string Key, decimal Value)> Rates
);

/// <summary>A limit of a model at a provider.</summary>
internal sealed record ImportedLimit(
    string Provider,
    string Model,
    string Source,
    IReadOnlyList<(string Key, long Value)> Bounds
);

/// <summary>An environment variable that the new document reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Reason">What it is for.</param>
/// <param name="Example">What a check puts in its place where it is not set.</param>
internal sealed record ImportedVariable(string Name, string Reason, string Example);

/// <summary>Something that could not be carried over as it was.</summary>
/// <param name="Path">Where it stood, as <c>Router.think</c>.</param>
/// <param name="Message">What became of it, and why.</param>
public sealed record ImportNote(string Path, string Message);
