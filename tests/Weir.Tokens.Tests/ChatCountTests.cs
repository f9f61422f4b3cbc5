using System.Text;
using System.Text.Json.Nodes;
using Weir.Foundation;
using Weir.Gateway.Counting;

namespace Weir.Tokens.Tests;

/// <summary>A whole chat counts what the npm package counts, and what OpenAI counted where it was asked.</summary>
public sealed class ChatCountTests
{
    [Fact]
    public async Task WhatOpenAICounted()
    {
        var cases = await Oracle.CasesAsync();
        Assert.True(cases.Count > 30, $"{cases.Count} cases");
        foreach (var text in cases)
        {
            var request = JsonNode.Parse(text)!.AsObject();
            var expected = request["tokens"]!.GetValue<long>();
            var count = Count(request, "gpt-4o");
            Assert.True(count.IsExact);
            Assert.True(expected == count.Tokens, $"{text}\nexpected {expected}, was {count.Tokens}");
        }
    }

    [Fact]
    public async Task ThePackagesChats()
    {
        var random = new Random(4);
        string[] requests = [.. Enumerable.Range(0, 400).Select(_ => Request(random).ToJsonString())];
        var expected = await Oracle.CountChatsAsync(requests);
        for (var i = 0; i < requests.Length; i++)
        {
            var count = Count(requests[i], "gpt-4o");
            Assert.True(count.Tokens == expected[i], $"{requests[i]}\nexpected {expected[i]}, was {count.Tokens}");
        }
    }

    [Fact]
    public async Task ToolsCountAsTheFunctionsThatTheyAre()
    {
        var random = new Random(5);
        for (var i = 0; i < 50; i++)
        {
            var request = Request(random);
            var tools = new JsonArray([
                .. request["functions"]
                    ?.AsArray()
                    .Select(f => (JsonNode)new JsonObject { ["type"] = "function", ["function"] = f!.DeepClone() })
                    ?? [],
            ]);
            var expected = (await Task.FromResult(Count(request, "gpt-5"))).Tokens;
            request.Remove("functions");
            request["tools"] = tools;
            Assert.Equal(expected, Count(request, "gpt-5").Tokens);
        }
    }

    private static JsonObject Request(Random random)
    {
        var request = new JsonObject { ["messages"] = new JsonArray() };
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var message = new JsonObject
            {
                ["role"] = Pick(random, "system", "user", "assistant", "user", "function"),
                ["content"] = random.Next(8) == 0 ? "" : Words(random),
            };
            if (random.Next(4) == 0)
            {
                message["name"] = Pick(random, "Anna", "example_user", "a-b_c");
            }

            if (random.Next(4) == 0)
            {
                message["function_call"] = new JsonObject
                {
                    ["name"] = "look",
                    ["arguments"] = "{\"place\": \"weir\"}",
                };
            }

            request["messages"]!.AsArray().Add(message);
        }

        if (random.Next(3) > 0)
        {
            var functions = new JsonArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                var function = new JsonObject { ["name"] = Pick(random, "look", "get_weather", "Bash") };
                Maybe(random, function, "description");
                if (random.Next(4) > 0)
                {
                    function["parameters"] = Schema(random, 0);
                }

                functions.Add(function);
            }

            request["functions"] = functions;
            if (random.Next(3) == 0)
            {
                request["function_call"] = Pick(random, "auto", "none");
            }
            else if (random.Next(3) == 0)
            {
                request["function_call"] = new JsonObject { ["name"] = "get_weather" };
            }
        }

        return request;
    }

    private static JsonObject Schema(Random random, int depth)
    {
        var properties = new JsonObject();
        for (var i = random.Next(0, 4); i > 0; i--)
        {
            properties[$"{Pick(random, "place", "filePath", "limit", "ünïcode")}{i}"] = Property(random, depth);
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray([.. properties.Where(_ => random.Next(2) == 0).Select(p => (JsonNode)p.Key)]),
            ["properties"] = properties,
        };
    }

    private static JsonObject Property(Random random, int depth)
    {
        var property = (random.Next(depth > 2 ? 6 : 8)) switch
        {
            0 => new JsonObject { ["type"] = "string" },
            1 => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("celsius", "a \"b\"") },
            2 => new JsonObject { ["type"] = "integer" },
            3 => new JsonObject { ["type"] = "number", ["enum"] = new JsonArray(1, 2, 30) },
            4 => new JsonObject { ["type"] = "boolean" },
            5 => new JsonObject { ["type"] = Pick(random, "null", "array", "file") },
            6 => new JsonObject { ["type"] = "array", ["items"] = Property(random, depth + 1) },
            _ => Schema(random, depth + 1),
        };
        Maybe(random, property, "description");
        return property;
    }

    private static void Maybe(Random random, JsonObject to, string name)
    {
        if (random.Next(2) == 0)
        {
            to[name] = Words(random);
        }
    }

    private static string Words(Random random) =>
        string.Join(
            ' ',
            Enumerable
                .Range(0, random.Next(1, 12))
                .Select(_ => Pick(random, "weir", "Fluß", "the", "\"quoted\"", "line\n", "漢字", "😀", "x/y", "don't"))
        );

    private static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];

    private static RequestCount Count(JsonNode request, string model) => Count(request.ToJsonString(), model);

    private static RequestCount Count(string request, string model) =>
        RequestCounter.Count(Encoding.UTF8.GetBytes(request), Dialect.OpenAIChat, model);
}
