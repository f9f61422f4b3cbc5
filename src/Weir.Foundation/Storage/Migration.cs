using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Foundation.Storage;

/// <summary>One numbered step of a schema: a plain SQL file embedded in its module's assembly.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">The file's name without number and extension.</param>
/// <param name="Sql">The statements, run in one transaction.</param>
public sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>SHA-256 of the text, so that an edited step is noticed.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>
    /// Reads the embedded resources <c>{prefix}NNNN_name.sql</c> of an assembly in order.
    /// </summary>
    /// <exception cref="InvalidOperationException">None is there, a name is malformed, a number is missing or doubled.</exception>
    public static ImmutableArray<Migration> Embedded(Assembly assembly, string prefix)
    {
        var found = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (
                !resource.StartsWith(prefix, StringComparison.Ordinal)
                || !resource.EndsWith(".sql", StringComparison.Ordinal)
            )
            {
                continue;
            }

            var file = resource[prefix.Length..^4];
            var split = file.IndexOf('_', StringComparison.Ordinal);
            if (
                !int.TryParse(
                    file[..Math.Max(split, 0)],
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
            {
                throw new InvalidOperationException($"{resource} is not named NNNN_name.sql.");
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            found.Add(new Migration(number, file[(split + 1)..], reader.ReadToEnd().ReplaceLineEndings("\n")));
        }

        var ordered = found.OrderBy(m => m.Number).ToImmutableArray();
        for (var i = 0; i < ordered.Length; i++)
        {
            if (ordered[i].Number != i + 1)
            {
                throw new InvalidOperationException($"Migration {i + 1} of {prefix} is missing or doubled.");
            }
        }

        return ordered.IsEmpty ? throw new InvalidOperationException($"No migrations under {prefix}.") : ordered;
    }
}
