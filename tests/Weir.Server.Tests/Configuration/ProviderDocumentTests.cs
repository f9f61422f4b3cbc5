using System.Text;
using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Gateway.Upstreams;
using Weir.Server.Configuration;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.Server.Tests.Configuration;

/// <summary>docs/operations/providers.md: its documents are read, and its table is the one that is built in.</summary>
public sealed partial class ProviderDocumentTests
{
    private static string Text { get; } =
        File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "providers.md"));

    [Fact]
    public void Every_document_in_it_is_sound()
    {
        var documents = Yaml().Matches(Text).Select(match => match.Groups["yaml"].Value).ToList();

        Assert.True(documents.Count >= 4);
        Assert.All(documents, document => Assert.Empty(ConfigReader.Read(document, _ => "k").Faults));
    }

    [Fact]
    public void The_table_of_vendors_is_the_one_that_is_built_in()
    {
        var table = new StringBuilder("| `vendor` | `kind` | speaks | peculiar | variable |\n|---|---|---|---|---|\n");
        foreach (var vendor in Vendors.All)
        {
            table.Append(
                $"| `{vendor.Name}` | `{ProviderReader.Word(vendor.Kind)}` | {Speaks(vendor)} | {Peculiar(vendor)} | {Variables(vendor)} |\n"
            );
        }

        Assert.Equal(table.ToString(), Table().Match(Text).Groups["table"].Value);
    }

    private static string Speaks(Vendor vendor) =>
        vendor.Dialects.IsEmpty
            ? "[see below](#" + (vendor.Name == "bedrock" ? "amazon-bedrock" : "google-vertex-ai") + ")"
            : string.Join(
                ", ",
                vendor.Dialects.Select(dialect =>
                    dialect switch
                    {
                        Dialect.OpenAIChat => "Chat",
                        Dialect.OpenAIResponses => "Responses",
                        Dialect.OpenAIEmbeddings => "Embeddings",
                        Dialect.AnthropicMessages => "Messages",
                        _ => dialect.ToString(),
                    }
                )
            );

    private static string Peculiar(Vendor vendor)
    {
        var told = new List<string>();
        if (vendor.OutputBound == OutputBound.MaxCompletionTokens)
        {
            told.Add("max_completion_tokens");
        }

        if (!vendor.TakesStreamOptions)
        {
            told.Add("no stream_options");
        }

        if (vendor.ToolIds == ToolIds.NineAlphanumerics)
        {
            told.Add("nine-letter ids");
        }

        if (!vendor.RefusedChatFields.IsEmpty)
        {
            told.Add("refuses " + string.Join(", ", vendor.RefusedChatFields.Select(field => $"`{field}`")));
        }

        return string.Join("; ", told);
    }

    private static string Variables(Vendor vendor) =>
        vendor.Kind switch
        {
            ProviderKind.AzureOpenAI or ProviderKind.Bedrock or ProviderKind.Vertex =>
                "[several](configuration.md#without-a-file)",
            _ => string.Join(
                ", ",
                vendor.Variables.Append(vendor.AddressVariable).OfType<string>().Select(name => $"`{name}`")
            ),
        };

    [GeneratedRegex(@"```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"<!-- vendors -->\n(?<table>.*?)<!-- /vendors -->", RegexOptions.Singleline)]
    private static partial Regex Table();
}
