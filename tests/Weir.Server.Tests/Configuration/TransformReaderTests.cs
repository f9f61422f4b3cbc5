using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Weir.Foundation;
using Weir.Gateway;
using Weir.Server.Configuration;
using Programs = Weir.Testing.RealPrograms;

namespace Weir.Server.Tests.Configuration;

public sealed partial class TransformReaderTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var transforms = Sound(
            """
            - { set: /a~1b/c, value: { x: [1, -2.5e3, true, null, "1", text], "y": "${HOME}" } }
            - { default: /temperature, value: 0.20 }
            - { default: /nothing, value: null }
            - set: /number
              value: ${NUMBER}
            - { remove: /metadata/user_id }
            - { rename: /max_tokens, to: max_completion_tokens }
            - { clamp: /top_p, min: -0.5, max: 1 }
            - system: |
                One.
                Two ${HOME}.
            - { setHeader: X-Team, value: blue }
            - { addHeader: anthropic-beta, value: b-1 }
            - { removeHeader: x-gone, when: { dialect: messages, model: "claude-*" } }
            - { renameHeader: x-from, to: x-to }
            """
        );

        Assert.Equal(
            [
                """Set /a~1b/c {"x":[1,-2.5e3,true,null,"1","text"],"y":"home"}""",
                "Default /temperature 0.20",
                "Default /nothing null",
                "Set /number 12",
                "Remove /metadata/user_id ",
                "Rename /max_tokens max_completion_tokens",
                "Clamp /top_p ",
                "System One.\nTwo home.\n ",
                "SetHeader X-Team blue",
                "AddHeader anthropic-beta b-1",
                "RemoveHeader x-gone ",
                "RenameHeader x-from x-to",
            ],
            transforms.Select(t => $"{t.Action} {t.Subject} {t.Value}")
        );
        Assert.Equal((-0.5m, 1m), (transforms[6].Min, transforms[6].Max));
        Assert.Equal((Dialect.AnthropicMessages, "claude-*"), (transforms[10].Dialect, transforms[10].Model));
        Assert.Equal((null, null), (transforms[9].Dialect, transforms[9].Model));
    }

    [Fact]
    public void They_stand_on_routes_targets_and_providers()
    {
        var gateway = Read(
            """
            version: 1
            providers: [{ name: p, kind: simulator, transforms: [{ remove: /p }] }]
            routes: [{ targets: [{ provider: p, transforms: [{ remove: /t }] }], transforms: [{ remove: /r }] }]
            aliases: { fast: { targets: [{ provider: p, transforms: [{ remove: /a }] }] } }
            """
        ).Config!.Gateway;
        Assert.Equal("/p", Assert.Single(gateway.Providers[0].Transforms).Subject);
        Assert.Equal("/r", Assert.Single(gateway.Routes[0].Transforms).Subject);
        Assert.Equal("/t", Assert.Single(gateway.Routes[0].Targets[0].Transforms).Subject);
        Assert.Equal("/a", Assert.Single(gateway.Aliases[0].Targets[0].Transforms).Subject);
    }

    [Theory]
    [InlineData("{ }", "", "does nothing")]
    [InlineData("{ when: { model: m } }", "", "does nothing")]
    [InlineData("{ set: /a, value: 1, remove: /b }", "", "does more than one thing")]
    [InlineData("{ sett: /a }", "", "does nothing")]
    [InlineData("text", "", "a map of keys was expected")]
    [InlineData("{ set: /a }", ".value", "is missing")]
    [InlineData("{ set: /a, value: }", ".value", "is missing")]
    [InlineData("{ set: /model, value: x }", ".set", "is chosen by routes")]
    [InlineData("{ remove: /Stream }", ".remove", "the caller's own")]
    [InlineData("{ set: temperature, value: 1 }", ".set", "begins with a slash")]
    [InlineData("{ set: /a~, value: 1 }", ".set", "is no JSON pointer")]
    [InlineData("{ set: /a, value: { x: 1, x: 2 } }", ".value.x", "a second time")]
    [InlineData("{ set: /a, value: [secret:s] }", ".value[0]", "names a sealed secret")]
    [InlineData("{ set: /a, value: \"${NOT_SET}\" }", ".value", "is not set")]
    [InlineData("{ set: /a, value: 1, to: b }", ".to", "there is no such key")]
    [InlineData("{ rename: /a }", ".to", "is missing")]
    [InlineData("{ rename: /a, to: model }", ".to", "is chosen by routes")]
    [InlineData("{ rename: /a, to: /b }", ".to", "is a pointer")]
    [InlineData("{ rename: /a, to: a }", ".to", "is the name that it has")]
    [InlineData("{ clamp: /a }", ".max", "is missing")]
    [InlineData("{ clamp: /a, min: 2, max: 1 }", ".min", "is above max")]
    [InlineData("{ clamp: /a, max: many }", ".max", "a number was expected")]
    [InlineData("{ system: ' ' }", ".system", "is empty")]
    [InlineData("{ system: \"a\\0\" }", ".system", "control characters")]
    [InlineData("{ setHeader: Authorization, value: x }", ".setHeader", "carries a credential")]
    [InlineData("{ setHeader: Host, value: x }", ".setHeader", "belongs to the connection")]
    [InlineData("{ renameHeader: x-a, to: x-api-key }", ".to", "carries a credential")]
    [InlineData("{ removeHeader: content-type }", ".removeHeader", "how bodies are written")]
    [InlineData("{ setHeader: x a, value: x }", ".setHeader", "is no name of a header")]
    [InlineData("{ setHeader: x-a }", ".value", "is missing")]
    [InlineData("{ setHeader: x-a, value: \"a\\r\\nx-api-key: b\" }", ".value", "control characters")]
    [InlineData("{ setHeader: x-a, value: ü }", ".value", "printable ASCII")]
    [InlineData("{ remove: /a, when: { dialect: latin } }", ".when.dialect", "unknown dialect")]
    [InlineData("{ remove: /a, when: { provider: p } }", ".when.provider", "there is no such key")]
    public void What_is_wrong_is_told_with_its_place(string item, string key, string message)
    {
        var fault = Assert.Single(Faults(item));
        Assert.Equal($"routes[0].transforms[0]{key}", fault.Key);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(6, fault.Line);
    }

    [Fact]
    public void What_a_variable_holds_stands_in_no_message()
    {
        var faults = ConfigReader
            .Read(
                Document("- { setHeader: x-a, value: \"${SECRET}\" }\n- { setHeader: \"${SECRET}\", value: x }"),
                _ => "grüße"
            )
            .Faults;
        Assert.Equal(2, faults.Length);
        Assert.All(faults, fault => Assert.DoesNotContain("grüße", $"{fault}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_list_has_an_end()
    {
        var many = string.Join("\n", Enumerable.Repeat("- { remove: /a }", TransformRules.Most + 1));
        Assert.Contains("more than", Assert.Single(Read(Document(many)).Faults).Message, StringComparison.Ordinal);
        Assert.Equal(TransformRules.Most, Sound(many[..many.LastIndexOf('\n')]).Length);
    }

    [Fact]
    public void The_documents_examples_are_sound()
    {
        var text = File.ReadAllText(Path.Combine(Programs.Repository, "docs", "operations", "transforms.md"));
        var documents = Yaml().Matches(text).Select(match => match.Groups["yaml"].Value).ToList();

        Assert.NotEmpty(documents);
        Assert.All(documents, document => Assert.Empty(ConfigReader.Read(document, _ => "k").Faults));
        // The table has a row for each, and one for when.
        var table = text[..text.IndexOf("## In which order", StringComparison.Ordinal)];
        var items = Items().Matches(table).Select(match => match.Groups["item"].Value).ToList();
        Assert.Equal(Enum.GetValues<TransformAction>().Length + 1, items.Count);
        Assert.All(
            Enum.GetNames<TransformAction>(),
            name => Assert.Contains(name, items, StringComparer.OrdinalIgnoreCase)
        );
    }

    private static TransformConfig[] Sound(string items)
    {
        var reading = Read(Document(items));
        Assert.Empty(reading.Faults);
        return [.. reading.Config!.Gateway.Routes[0].Transforms];
    }

    private static ImmutableArray<ConfigFault> Faults(string item) => Read(Document($"- {item}")).Faults;

    private static ConfigResult Read(string text) =>
        ConfigReader.Read(
            text,
            name =>
                name switch
                {
                    "HOME" => "home",
                    "NUMBER" => "12",
                    _ => null,
                }
        );

    private static string Document(string items) =>
        "version: 1\nproviders: [{ name: p, kind: simulator }]\nroutes:\n  - targets: [p]\n    transforms:\n      "
        + items.ReplaceLineEndings("\n      ")
        + "\n";

    [GeneratedRegex(@"```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex(@"^\| `(?<item>\w+)`", RegexOptions.Multiline)]
    private static partial Regex Items();
}
