using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Weir.Sbom;

/// <summary>Writes a CycloneDX 1.6 document. The same components give the same bytes.</summary>
internal static partial class Bill
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
    };

    /// <summary>The document.</summary>
    /// <param name="version">Weir's version.</param>
    /// <param name="time">When it was made; null to leave that out.</param>
    /// <param name="components">What Weir is made of.</param>
    /// <param name="direct">The package URLs of those that Weir itself names.</param>
    public static string Write(
        string version,
        DateTimeOffset? time,
        IEnumerable<Component> components,
        IReadOnlySet<string> direct
    )
    {
        var sorted = components.OrderBy(component => component.Url, StringComparer.Ordinal).ToList();
        var self = $"pkg:generic/weir@{Uri.EscapeDataString(version)}";
        var metadata = new JsonObject();
        if (time is { } made)
        {
            metadata["timestamp"] = made.ToUniversalTime()
                .ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        }

        metadata["component"] = new JsonObject
        {
            ["type"] = "application",
            ["bom-ref"] = self,
            ["name"] = "weir",
            ["version"] = version,
            ["licenses"] = Licences("Apache-2.0"),
            ["purl"] = self,
        };
        var listed = new JsonArray([.. sorted.Select(Describe)]);
        var needs = new JsonArray(Needs(self, direct.Order(StringComparer.Ordinal)));
        foreach (var component in sorted)
        {
            needs.Add((JsonNode)Needs(component.Url, component.Needs.Order(StringComparer.Ordinal)));
        }

        var document = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = Serial(self + listed.ToJsonString()),
            ["version"] = 1,
            ["metadata"] = metadata,
            ["components"] = listed,
            ["dependencies"] = needs,
        };
        return document.ToJsonString(Indented) + "\n";
    }

    private static JsonNode Describe(Component component)
    {
        var slash = component.Name.StartsWith('@') ? component.Name.IndexOf('/', StringComparison.Ordinal) : -1;
        var described = new JsonObject { ["type"] = "library", ["bom-ref"] = component.Url };
        if (slash > 0)
        {
            described["group"] = component.Name[..slash];
        }

        described["name"] = component.Name[(slash + 1)..];
        described["version"] = component.Version;
        described["scope"] = component.IsShipped ? "required" : "excluded";
        if (component.Sha512 is { } hash)
        {
            described["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = hash });
        }

        if (component.Licence is { } licence)
        {
            described["licenses"] = Licences(licence);
        }

        described["purl"] = component.Url;
        return described;
    }

    private static JsonArray Licences(string licence) =>
        Expression().IsMatch(licence)
            ? new JsonArray(new JsonObject { ["expression"] = licence })
            : new JsonArray(new JsonObject { ["license"] = new JsonObject { ["name"] = licence } });

    private static JsonObject Needs(string url, IEnumerable<string> needs) =>
        new() { ["ref"] = url, ["dependsOn"] = new JsonArray([.. needs.Select(need => (JsonNode)need)]) };

    // A UUID of version 8, which is for those who make their own.
    private static string Serial(string content)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return $"urn:uuid:{new Guid(hash, bigEndian: true)}";
    }

    [GeneratedRegex(
        @"^\(?[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+()-]+)*\)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Expression();
}
