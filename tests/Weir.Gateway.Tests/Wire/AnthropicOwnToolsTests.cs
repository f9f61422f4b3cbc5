using Weir.Foundation;
using Weir.Gateway.Tests.Wire.OpenAIResponses;

namespace Weir.Gateway.Tests.Wire;

/// <summary>Tools of which a caller of Anthropic's dialect names the type alone.</summary>
public sealed class AnthropicOwnToolsTests
{
    [Theory]
    [InlineData("bash_20250124", "bash", "command")]
    [InlineData("text_editor_20250728", "str_replace_based_edit_tool", "old_str")]
    [InlineData("text_editor_20250124", "str_replace_editor", "old_str")]
    [InlineData("memory_20250818", "memory", "old_path")]
    public void One_that_the_caller_runs_is_a_function_with_a_schema(string type, string name, string property)
    {
        var (body, dropped) = Translations.Request(
            Dialect.AnthropicMessages,
            $$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],
             "tools":[{"type":"{{type}}","name":"{{name}}"}]}
            """,
            Dialect.OpenAIChat,
            "gpt-5"
        );

        var function = Assert.Single(body.List("tools")).GetProperty("function");
        Assert.Equal(name, function.Word("name"));
        Assert.NotEqual("", function.Word("description"));
        Assert.True(function.GetProperty("parameters").GetProperty("properties").TryGetProperty(property, out _));
        Assert.Empty(dropped);
    }

    [Theory]
    [InlineData("web_search_20250305", "web_search")]
    [InlineData("code_execution_20250825", "code_execution")]
    [InlineData("computer_20250124", "computer")]
    public void One_that_only_Claude_knows_is_dropped_by_name(string type, string name)
    {
        var (body, dropped) = Translations.Request(
            Dialect.AnthropicMessages,
            $$"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],
             "tools":[{"type":"{{type}}","name":"{{name}}"}]}
            """,
            Dialect.OpenAIChat,
            "gpt-5"
        );

        Assert.False(body.TryGetProperty("tools", out _));
        Assert.Equal(["hosted_tool"], dropped);
    }
}
