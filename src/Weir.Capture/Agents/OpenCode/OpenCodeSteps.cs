using Weir.Foundation;

namespace Weir.Capture.Agents.OpenCode;

/// <summary>
/// The steps of one message, in their order. Each is a request; where a message has several, it tells of the last one's tokens alone,
/// and the parts of type <c>step-finish</c> of each one's. Newer versions write a message for each step.
/// </summary>
internal sealed class OpenCodeSteps
{
    private readonly List<(string Part, TokenUsage Usage)> steps = [];

    /// <summary>Takes a part; one that is no step's end is nothing.</summary>
    public void Add(string id, ReadOnlySpan<byte> part, string? provider)
    {
        if (
            Fields.Is(Fields.Find(part, "type"u8), "step-finish"u8)
            && OpenCodeTokens.Read(Fields.Find(part, "tokens"u8), provider, out _) is { Total: > 0 } usage
        )
        {
            steps.Add((id, usage));
        }
    }

    /// <summary>Tells of the steps before the one that the message tells of; of none where the message tells of something else.</summary>
    public void Tell(Sighting? message, Catch caught)
    {
        if (message is null || steps.Count < 2 || steps[^1].Usage != message.Usage)
        {
            return;
        }

        foreach (var (part, usage) in steps[..^1])
        {
            caught.Sightings.Add(
                message with
                {
                    OwnId = part,
                    Usage = usage,
                    Status = RequestStatus.Ok,
                    HttpStatus = null,
                    ErrorType = null,
                }
            );
        }
    }
}
