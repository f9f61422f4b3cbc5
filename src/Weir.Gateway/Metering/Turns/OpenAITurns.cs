using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>
/// OpenAI's conversations over a socket, and those of the many who speak them:
/// <list type="bullet">
/// <item>Realtime (<c>/v1/realtime</c>): <c>response.created</c> begins an answer and <c>response.done</c> ends it with its
/// usage; several may run side by side. <c>conversation.item.input_audio_transcription.completed</c> is the answer of a second
/// model, the session's transcriber.</item>
/// <item>Responses (<c>/v1/responses</c>): the caller's <c>response.create</c> is answered by the events of a stream, one to a
/// message, one answer after the other.</item>
/// </list>
/// </summary>
internal sealed class OpenAITurns(string? asked, TimeProvider clock) : TurnMeter(clock)
{
    private readonly List<Answer> open = [];
    private string? model = asked;
    private string? transcriber;
    private TurnClock? question;
    private long? questionBytes;
    private bool isRealtime;

    protected override bool HasOpen => open.Count > 0 || (question is not null && !isRealtime);

    protected override void ReadQuestion(ReadOnlySpan<byte> message)
    {
        if (OpenAIMessage.TypeOf(message).SequenceEqual("response.create"u8))
        {
            question = new TurnClock(Clock);
            questionBytes = message.Length;
        }
    }

    protected override void ReadAnswer(ReadOnlySpan<byte> message)
    {
        var read = OpenAIMessage.Read(message);
        if (!read.IsWhole)
        {
            return;
        }

        if (read.Type.StartsWith("session."u8) || read.Type.StartsWith("transcription_session."u8))
        {
            isRealtime = true;
            ReadSession(read.Session);
        }
        else if (read.Type.EndsWith("input_audio_transcription.completed"u8))
        {
            Add(Transcribed(read));
        }
        else if (read.Type.SequenceEqual("error"u8))
        {
            OnError(message, read);
        }
        else if (read.Type.StartsWith("response."u8))
        {
            OnResponse(message, read);
        }
    }

    protected override void GiveUp()
    {
        while (open.Count > 0)
        {
            Close(open[0], status: null);
        }

        if (question is { } asked && !isRealtime)
        {
            // It was sent, and the provider may have begun.
            Add(
                new Turn
                {
                    StartedAt = asked.StartedAt,
                    Duration = asked.Elapsed,
                    Dialect = Dialect.OpenAIResponses,
                    Reading = new MeterReading { Model = model },
                }
            );
            question = null;
        }
    }

    private void ReadSession(ReadOnlySpan<byte> session)
    {
        var names = OpenAIMessage.ModelsOf(session);
        model = names.Model ?? model;
        transcriber = names.Transcriber ?? transcriber;
    }

    private void OnResponse(ReadOnlySpan<byte> message, in OpenAIMessage read)
    {
        var id = read.ResponseId;
        var answer = Find(id);
        if (answer is null)
        {
            // Words about an answer that has ended, or of which no beginning was seen, begin none.
            if (read.Response.IsEmpty)
            {
                return;
            }

            answer = new Answer(id, question ?? new TurnClock(Clock), isRealtime ? null : questionBytes);
            question = null;
            questionBytes = null;
            open.Add(answer);
            if (open.Count > MostOpen)
            {
                Close(open[0], status: null);
            }
        }

        // The bytes of sound say nothing of its tokens.
        var isSound = read.Type.EndsWith("audio.delta"u8);
        if (isSound)
        {
            answer.HasOther = true;
            answer.Clock.Content();
            return;
        }

        answer.Reader.OnEvent(default, message);
        answer.HasOther |= Modalities.HasOther(read.Usage);
        if (answer.Reader.Reading.SawContent)
        {
            answer.Clock.Content();
        }

        if (answer.Reader.Reading.SawEnd)
        {
            Close(answer, StatusOf(read.Status));
        }
    }

    private void OnError(ReadOnlySpan<byte> message, in OpenAIMessage read)
    {
        // In a realtime session an error is about a message of the caller's; its answers say themselves how they ended.
        if (isRealtime)
        {
            question = null;
            return;
        }

        var answer = open.Count > 0 ? open[^1] : null;
        if (answer is null && question is { } asked)
        {
            answer = new Answer(null, asked, questionBytes);
            open.Add(answer);
            question = null;
        }

        if (answer is not null)
        {
            answer.Reader.OnEvent(default, message);
            answer.Refusal = read.HttpStatus;
            Close(answer, RequestStatus.StreamError);
        }
    }

    private Turn Transcribed(in OpenAIMessage read)
    {
        var usage = new OpenAIUsage();
        usage.Set(read.Usage);
        var time = new TurnClock(Clock);
        return new Turn
        {
            StartedAt = time.StartedAt,
            Duration = TimeSpan.Zero,
            Status = RequestStatus.Ok,
            Dialect = Dialect.PassThrough,
            Reading = new MeterReading
            {
                Usage = usage.Tokens,
                IsFinal = true,
                Model = transcriber,
                MessageId = read.ItemId,
                PriceMode = Modalities.HasOther(read.Usage) ? OtherModalities : null,
                SaysPriceMode = true,
            },
        };
    }

    private Answer? Find(string? id)
    {
        foreach (var answer in open)
        {
            if (id is null || answer.Id is null || answer.Id == id)
            {
                answer.Id ??= id;
                return answer;
            }
        }

        return null;
    }

    private void Close(Answer answer, RequestStatus? status)
    {
        open.Remove(answer);
        var reading = answer.Reader.Reading;
        var refused = answer.Refusal is >= 400 ? answer.Refusal : null;
        Add(
            new Turn
            {
                StartedAt = answer.Clock.StartedAt,
                Duration = answer.Clock.Elapsed,
                FirstContent = answer.Clock.FirstContent,
                Status = refused is { } http ? Pipeline.UpstreamAttempt.StatusOf(http) : status,
                Refusal = refused,
                Dialect = isRealtime ? Dialect.PassThrough : Dialect.OpenAIResponses,
                PromptBytes = answer.PromptBytes,
                Reading = reading with
                {
                    Model = reading.Model ?? model,
                    PriceMode = answer.HasOther ? OtherModalities : reading.PriceMode,
                    SaysPriceMode = answer.HasOther || reading.SaysPriceMode,
                },
            }
        );
    }

    private static RequestStatus StatusOf(ReadOnlySpan<byte> status) =>
        status.SequenceEqual("failed"u8) ? RequestStatus.StreamError
        : status.SequenceEqual("cancelled"u8) ? RequestStatus.CallerAborted
        : RequestStatus.Ok;

    private sealed class Answer(string? id, TurnClock clock, long? promptBytes)
    {
        public TurnClock Clock = clock;

        public string? Id { get; set; } = id;

        public long? PromptBytes { get; } = promptBytes;

        public OpenAIResponsesReader Reader { get; } = new();

        public bool HasOther { get; set; }

        public int? Refusal { get; set; }
    }
}
