using Weir.Foundation;
using Weir.Wire;

namespace Weir.Gateway.Metering;

/// <summary>
/// Gemini Live (<c>BidiGenerateContent</c>). The caller's <c>setup</c> names the model. A turn is what the model says until
/// <c>turnComplete</c>, until it is interrupted, or until a tool call that comes with usage; <c>usageMetadata</c> is the turn's, and may
/// come with that message, ahead of it or behind it.
/// </summary>
internal sealed class GeminiTurns(TimeProvider clock) : TurnMeter(clock)
{
    private GeminiReader usage = new();
    private TurnClock? turn;
    private string? model;
    private bool hasContent;
    private bool hasOther;
    private bool ended;

    protected override bool HasOpen => hasContent && !ended;

    protected override void ReadQuestion(ReadOnlySpan<byte> message)
    {
        if (
            model is null
            && message.IndexOf("\"setup\""u8) >= 0
            && CallerModels.Of(message) is [{ Length: > 0 } name, ..]
        )
        {
            model = name;
        }
    }

    protected override void ReadAnswer(ReadOnlySpan<byte> message)
    {
        var said = new Said();
        var cursor = new JsonCursor(message);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "serverContent"u8))
            {
                ReadContent(cursor.Skip(), ref said);
            }
            else if (JsonText.Is(name, escaped, "toolCall"u8))
            {
                cursor.Skip();
                said.Content = said.ToolCall = true;
            }
            else if (JsonText.Is(name, escaped, "usageMetadata"u8))
            {
                said.Usage = true;
                hasOther |= Modalities.HasOther(cursor.Skip());
            }
            else
            {
                cursor.Skip();
            }
        }

        if (!cursor.AtEnd())
        {
            return;
        }

        if (said.Content)
        {
            if (ended && hasContent)
            {
                // The turn before was never told of.
                Close(RequestStatus.Ok);
            }

            ended = false;
            hasContent = true;
            turn ??= new TurnClock(Clock);
            var time = turn.Value;
            time.Content();
            turn = time;
        }

        if (said.Usage)
        {
            turn ??= new TurnClock(Clock);
            usage.OnEvent(default, message);
        }

        ended |= said.End || (said.ToolCall && said.Usage);
        if (ended && !usage.Reading.Usage.IsUnknown)
        {
            Close(RequestStatus.Ok);
        }
    }

    protected override void GiveUp()
    {
        if (hasContent || !usage.Reading.Usage.IsUnknown)
        {
            Close(ended ? RequestStatus.Ok : null);
        }
    }

    private void Close(RequestStatus? status)
    {
        var time = turn ?? new TurnClock(Clock);
        var reading = usage.Reading;
        Add(
            new Turn
            {
                StartedAt = time.StartedAt,
                Duration = time.Elapsed,
                FirstContent = time.FirstContent,
                Status = status,
                Dialect = Dialect.Gemini,
                Reading = reading with
                {
                    IsFinal = status is not null && !reading.Usage.IsUnknown,
                    Model = reading.Model ?? model,
                    PriceMode = hasOther ? OtherModalities : reading.PriceMode,
                    SaysPriceMode = true,
                },
            }
        );
        usage = new GeminiReader();
        turn = null;
        hasContent = hasOther = ended = false;
    }

    private static void ReadContent(ReadOnlySpan<byte> json, ref Said said)
    {
        var cursor = new JsonCursor(json);
        if (!cursor.EnterObject())
        {
            return;
        }

        while (cursor.NextProperty(out var name, out var escaped))
        {
            if (JsonText.Is(name, escaped, "turnComplete"u8) || JsonText.Is(name, escaped, "interrupted"u8))
            {
                said.End |= cursor.ReadBool(out var value) && value;
            }
            else
            {
                said.Content |=
                    JsonText.Is(name, escaped, "modelTurn"u8) || JsonText.Is(name, escaped, "outputTranscription"u8);
                cursor.Skip();
            }
        }
    }

    private struct Said
    {
        public bool Content;
        public bool ToolCall;
        public bool Usage;
        public bool End;
    }
}
