using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// Writes what was imported as a <c>weir.yaml</c> that says where each part comes from. What this version of Weir refuses is written as a
/// comment with the reason, so that it can be put in force once it can be.
/// </summary>
internal static partial class ImportWriter
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "true",
        "false",
        "null",
        "yes",
        "no",
        "on",
        "off",
    };

    /// <summary>The document's text.</summary>
    /// <param name="document">What was imported.</param>
    /// <param name="isSealed">Whether keys that stood in the clear are sealed secrets, and not variables.</param>
    public static string Write(ImportedDocument document, bool isSealed)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Imported from a configuration of {document.Program}.\n");
        var variables = document
            .Variables.Where(variable => !isSealed || !document.Sealed().Any(s => s.Text == $"${{{variable.Name}}}"))
            .ToList();
        if (variables.Count > 0)
        {
            text.Append("# These variables must be set where the server runs:\n");
            foreach (var variable in variables)
            {
                text.Append(CultureInfo.InvariantCulture, $"#   {variable.Name}: {Comment(variable.Reason)}\n");
            }
        }

        if (document.Notes.Count > 0)
        {
            text.Append("# Not as it was:\n");
            foreach (var note in document.Notes)
            {
                text.Append(CultureInfo.InvariantCulture, $"#   {Comment(note.Path)}: {Comment(note.Message)}\n");
            }
        }

        text.Append("version: 1\n");
        Section(text, "providers", document.Providers, (into, one) => Provider(into, one, isSealed));
        Section(text, "routes", document.Routes, Route);
        Section(text, "prices", document.Prices, Price);
        Limits(text, document.Limits);
        return text.ToString();
    }

    /// <summary>A text as YAML has it, in quotes where it needs them.</summary>
    public static string Quoted(string text) =>
        PlainText().IsMatch(text) && !Words.Contains(text)
            ? text
            : $"\"{JsonEncodedText.Encode(Sound(text), JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static void Section<T>(StringBuilder text, string name, List<T> items, Func<StringBuilder, T, bool> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        var inner = new StringBuilder();
        var any = false;
        foreach (var item in items)
        {
            any |= write(inner, item);
        }

        // A list of comments alone is no list.
        text.Append(any ? "\n" : "\n# ").Append(name).Append(":\n").Append(inner);
    }

    private static bool Provider(StringBuilder text, ImportedProvider provider, bool isSealed)
    {
        text.Append(CultureInfo.InvariantCulture, $"  # {Comment(provider.Source)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  - name: {Quoted(provider.Name)}\n    kind: {provider.Kind}\n");
        foreach (var (key, value) in provider.Texts)
        {
            var written = isSealed && value.SecretName is { } name ? $"secret:{name}" : value.Text;
            text.Append(CultureInfo.InvariantCulture, $"    {key}: {Quoted(written)}\n");
        }

        if (!provider.Dialects.IsEmpty)
        {
            text.Append(CultureInfo.InvariantCulture, $"    dialects: [{string.Join(", ", provider.Dialects)}]\n");
        }

        if (provider.Models.Count > 0)
        {
            text.Append("    models:\n");
            foreach (var model in provider.Models)
            {
                text.Append(CultureInfo.InvariantCulture, $"      - {Quoted(model)}\n");
            }
        }

        if (provider.Deployments.Count > 0)
        {
            text.Append("    deployments:\n");
            foreach (var (model, deployment) in provider.Deployments)
            {
                text.Append(CultureInfo.InvariantCulture, $"      {Quoted(model)}: {Quoted(deployment)}\n");
            }
        }

        if (provider.Transforms.Count > 0)
        {
            text.Append("    transforms:\n");
            foreach (var transform in provider.Transforms)
            {
                text.Append(CultureInfo.InvariantCulture, $"      - {transform}\n");
            }
        }

        if (provider.Silence is { } silence)
        {
            text.Append(CultureInfo.InvariantCulture, $"    timeouts: {{ silence: {Durations.ToText(silence)} }}\n");
        }

        return true;
    }

    private static bool Route(StringBuilder text, ImportedRoute route)
    {
        var refused = ImportSupport.WhyRefused(route);
        var hash = refused is null ? "" : "# ";
        text.Append(CultureInfo.InvariantCulture, $"  # {Comment(route.Source)}\n");
        if (refused is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"  # This version does not take it: {Comment(refused)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  {hash}- name: {Quoted(route.Name)}\n");
        if (ImportSupport.Match(route) is { } match)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {hash}  match: {match}\n");
        }

        if (route.Strategy is { } strategy)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {hash}  strategy: {strategy}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"  {hash}  targets:\n");
        foreach (var target in route.Targets)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {hash}    - {{ provider: {Quoted(target.Provider)}");
            if (target.Model is { } model)
            {
                text.Append(CultureInfo.InvariantCulture, $", model: {Quoted(model)}");
            }

            if (target.Weight is { } weight)
            {
                text.Append(CultureInfo.InvariantCulture, $", weight: {weight}");
            }

            text.Append(" }\n");
        }

        return refused is null;
    }

    private static bool Price(StringBuilder text, ImportedPrice price)
    {
        text.Append(CultureInfo.InvariantCulture, $"  # {Comment(price.Source)}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"  - {{ model: {Quoted(price.Model)}, provider: {Quoted(price.Provider)}"
        );
        foreach (var (key, value) in price.Rates)
        {
            text.Append(CultureInfo.InvariantCulture, $", {key}: {value:0.#########}");
        }

        text.Append(" }\n");
        return true;
    }

    private static void Limits(StringBuilder text, List<ImportedLimit> limits)
    {
        if (limits.Count == 0)
        {
            return;
        }

        var refused = ImportSupport.WhyLimitsRefused();
        var hash = refused is null ? "" : "# ";
        text.Append('\n');
        if (refused is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"# This version does not take them: {Comment(refused)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{hash}limits:\n");
        foreach (var limit in limits)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hash}  # {Comment(limit.Source)}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"{hash}  - {{ scope: {{ provider: {Quoted(limit.Provider)}, model: {Quoted(limit.Model)} }}"
            );
            foreach (var (key, value) in limit.Bounds)
            {
                text.Append(CultureInfo.InvariantCulture, $", {key}: {value}");
            }

            text.Append(" }\n");
        }
    }

    // One line, whatever stood there.
    private static string Comment(string text) =>
        string.Concat(Sound(text).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' ? ' ' : c));

    // Half of a surrogate pair, which an escape in YAML can make, is no text.
    private static string Sound(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._/-]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainText();
}
