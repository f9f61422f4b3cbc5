using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.FunctionalTests.Secrets;

/// <summary>Looks for texts that must stand nowhere, in every form in which a program may write them down.</summary>
internal sealed class CanarySearch
{
    private readonly List<(string Name, string Form, byte[] Bytes)> wanted = [];

    /// <summary>The forms of a text, each by its name.</summary>
    public static IEnumerable<(string Form, byte[] Bytes)> FormsOf(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        yield return ("plain", plain);
        yield return ("UTF-16", Encoding.Unicode.GetBytes(text));
        yield return ("hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(plain)));
        yield return ("HEX", Encoding.ASCII.GetBytes(Convert.ToHexString(plain)));
        yield return ("URL", Encoding.ASCII.GetBytes(Uri.EscapeDataString(text)));
        yield return ("form", Encoding.ASCII.GetBytes(System.Net.WebUtility.UrlEncode(text)));
        yield return ("HTML", Encoding.UTF8.GetBytes(System.Net.WebUtility.HtmlEncode(text)));
        yield return ("JSON", Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text).ToString()));
        yield return (
            "relaxed JSON",
            Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())
        );
        // Within a longer text base 64 has one of three alignments; the characters at both ends depend on the neighbours.
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. plain]).TrimEnd('=');
            var inner = encoded[(before == 0 ? 0 : before + 1)..^1];
            yield return ($"base64+{before}", Encoding.ASCII.GetBytes(inner));
            yield return ($"base64url+{before}", Encoding.ASCII.GetBytes(inner.Replace('+', '-').Replace('/', '_')));
        }
    }

    /// <summary>Adds a text to look for.</summary>
    public void Add(string name, string text)
    {
        foreach (var (form, bytes) in FormsOf(text).DistinctBy(f => Convert.ToHexString(f.Bytes)))
        {
            wanted.Add((name, form, bytes));
        }
    }

    /// <summary>What was found in some bytes, each as <c>place: name (form)</c>.</summary>
    public IEnumerable<string> Find(string place, ReadOnlyMemory<byte> bytes)
    {
        foreach (var (name, form, what) in wanted)
        {
            if (bytes.Span.IndexOf(what) >= 0)
            {
                yield return $"{place}: {name} ({form})";
            }
        }
    }

    /// <summary>What was found in a text.</summary>
    public IEnumerable<string> Find(string place, string text) => Find(place, Encoding.UTF8.GetBytes(text));

    /// <summary>What was found in the files of a folder, those aside that are to hold it.</summary>
    public IEnumerable<string> FindInFiles(string folder, params string[] but)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (but.Contains(Path.GetFileName(path), StringComparer.Ordinal))
            {
                continue;
            }

            foreach (var found in Find(Path.GetRelativePath(folder, path), File.ReadAllBytes(path)))
            {
                yield return found;
            }
        }
    }
}
