using System.Text.Json;
using Weir.Foundation;
using Weir.Gateway.Metering;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Translation;

/// <summary>
/// An upstream's answer on its way into the caller's dialect. Takes the decoded bytes as they come and appends what they make
/// to a buffer that its user empties. The meter of the same bytes tells the usage, so that ledger and caller are told the same
/// figures. Nothing that it is given makes it throw. Not thread-safe.
/// </summary>
internal sealed class TranslatedAnswer : IDisposable
{
    private const int MaxDocument = 64 * 1024 * 1024;

    private readonly AnswerContext context;
    private readonly AnswerAssembly assembly;
    private readonly AnswerReader reader;
    private readonly Events events;
    private readonly bool isStream;
    private PooledBuffer? document;
    private bool tooLarge;

    /// <param name="context">What is known of the request.</param>
    /// <param name="dialect">The upstream's.</param>
    /// <param name="isStream">Whether the upstream's answer is a stream of events.</param>
    public TranslatedAnswer(AnswerContext context, Dialect dialect, bool isStream)
    {
        this.context = context;
        this.isStream = isStream;
        assembly = new AnswerAssembly(context, Dialects.WriterOf(context, Output));
        reader = Dialects.ReaderOf(dialect, assembly);
        events = new Events(reader);
    }

    /// <summary>What goes to the caller; to be cleared when it has gone.</summary>
    public PooledBuffer Output { get; } = new(0);

    /// <summary>Whether the answer has ended, in order or in failure.</summary>
    public bool IsOver => assembly.IsOver;

    /// <summary>Whether it ended in failure.</summary>
    public bool HasFailed => assembly.HasFailed;

    /// <summary>Takes the next bytes, of which <paramref name="reading"/> is the meter's.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, in MeterReading reading)
    {
        assembly.Usage = reading.Usage;
        if (isStream)
        {
            events.Feed(bytes);
            return;
        }

        document ??= new PooledBuffer(bytes.Length);
        if (document.Length + bytes.Length > MaxDocument)
        {
            tooLarge = true;
            return;
        }

        document.Append(bytes);
    }

    /// <summary>The upstream's answer has come to its end, or broke off.</summary>
    /// <param name="reading">The meter's last word.</param>
    /// <param name="isWhole">Whether it ended as HTTP says that it should.</param>
    public void Complete(in MeterReading reading, bool isWhole)
    {
        assembly.Usage = reading.Usage;
        if (isStream)
        {
            events.Complete();
        }
        else if (isWhole && !tooLarge)
        {
            ReadDocument(document?.Memory ?? default);
        }

        if (isWhole && isStream)
        {
            assembly.End();
        }

        assembly.Fail(
            new AnswerFailure(
                502,
                tooLarge
                    ? $"Provider {context.Provider} answered more than Weir takes in one piece."
                    : $"Provider {context.Provider} answered with something that is no answer, or broke off.",
                null
            )
        );
    }

    /// <summary>The body of an answer with an error status, in the caller's dialect.</summary>
    public byte[] Failure(ReadOnlyMemory<byte> body, int status)
    {
        var failure = CallerErrors.Make(
            context.Dialect,
            ReadFailure(body, status)
                ?? new AnswerFailure(status, $"Provider {context.Provider} answered with status {status}.", null),
            context.Id.ToString()
        );
        return context.StreamsArray ? [.. "["u8, .. failure, .. "]"u8] : failure;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        assembly.Dispose();
        events.Dispose();
        document?.Dispose();
        Output.Dispose();
    }

    private void ReadDocument(ReadOnlyMemory<byte> json)
    {
        try
        {
            reader.OnDocument(json);
        }
        catch (JsonException)
        {
            // Told as what it is by whoever completes the answer.
        }
    }

    private AnswerFailure? ReadFailure(ReadOnlyMemory<byte> body, int status)
    {
        try
        {
            return reader.ReadFailure(body, status);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class Events(AnswerReader reader) : SseReader, IDisposable
    {
        private readonly PooledBuffer data = new(1024);

        public void Dispose() => data.Dispose();

        protected override void OnEvent(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData) =>
            Pass(eventName, eventData);

        private void Pass(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> eventData)
        {
            // A document is parsed from memory, and an event stands in a span.
            data.Clear();
            data.Append(eventData);
            try
            {
                reader.OnEvent(eventName, data.Memory);
            }
            catch (JsonException)
            {
                // An event that is not well-formed inside is passed over, as one that is not JSON at all.
            }
        }
    }
}
