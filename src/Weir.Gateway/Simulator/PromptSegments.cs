using System.Text.Json;

namespace Weir.Gateway.Simulator;

/// <summary>A prompt up to a place where a cache may know it.</summary>
/// <param name="Hash">Of the model and everything up to here.</param>
/// <param name="Tokens">How many up to here.</param>
/// <param name="Lifetime">How long the caller asks to keep it; null where the caller does not ask.</param>
internal readonly record struct PromptPrefix(ulong Hash, int Tokens, TimeSpan? Lifetime);

/// <summary>
/// Cuts a prompt where caches cut it: after each tool, system block and message, in the order in which vendors read them
/// (https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching).
/// </summary>
internal static class PromptSegments
{
    private static readonly string[] Sections = ["tools", "system", "instructions", "systemInstruction"];
    private static readonly string[] Turns = ["messages", "input", "contents"];

    /// <summary>The prefixes of a request, shortest first.</summary>
    public static List<PromptPrefix> Of(JsonElement root, string model)
    {
        var cut = new Cut(SimulatorHash.Add(SimulatorHash.Start, model));
        foreach (var name in Sections.Concat(Turns))
        {
            if (!root.TryGetProperty(name, out var section))
            {
                continue;
            }

            if (section.ValueKind != JsonValueKind.Array)
            {
                cut.Add(section, null);
                continue;
            }

            foreach (var item in section.EnumerateArray())
            {
                if (
                    item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty("content", out var content)
                    && content.ValueKind == JsonValueKind.Array
                )
                {
                    foreach (var block in content.EnumerateArray())
                    {
                        cut.Add(block, Lifetime(block));
                    }
                }
                else
                {
                    cut.Add(item, Lifetime(item));
                }
            }
        }

        return cut.Prefixes;
    }

    private static TimeSpan? Lifetime(JsonElement block) =>
        block.ValueKind == JsonValueKind.Object
        && block.TryGetProperty("cache_control", out var control)
        && control.ValueKind == JsonValueKind.Object
            ? control.TryGetProperty("ttl", out var ttl)
            && ttl.ValueKind == JsonValueKind.String
            && ttl.GetString() == "1h"
                ? PromptCache.Long
                : PromptCache.Short
            : null;

    private sealed class Cut(ulong start)
    {
        private ulong hash = start;
        private long characters;

        public List<PromptPrefix> Prefixes { get; } = [];

        public void Add(JsonElement part, TimeSpan? lifetime)
        {
            Read(part);
            Prefixes.Add(new PromptPrefix(hash, (int)Math.Min(characters / 4, int.MaxValue), lifetime));
        }

        // The marks themselves are no part of the prompt: clients move them from turn to turn.
        private void Read(JsonElement part)
        {
            switch (part.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in part.EnumerateObject().Where(m => m.Name != "cache_control"))
                    {
                        hash = SimulatorHash.Add(hash, member.Name);
                        Read(member.Value);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in part.EnumerateArray())
                    {
                        Read(item);
                    }

                    break;
                case JsonValueKind.String:
                    var text = part.GetString()!;
                    characters += text.Length;
                    hash = SimulatorHash.Add(hash, text);
                    break;
                default:
                    hash = SimulatorHash.Add(hash, part.GetRawText());
                    break;
            }
        }
    }
}
