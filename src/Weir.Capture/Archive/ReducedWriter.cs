using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Capture.Agents;
using Weir.Capture.Storage;
using Weir.Foundation;

namespace Weir.Capture.Archive;

/// <summary>
/// Writes what was caught as JSON lines, one for each request, event, session and word on a limit (docs/formats/archive.md): names,
/// ids, numbers and times. Texts beyond their limit are cut at a whole character, times go down to the microsecond, and what is
/// unknown is left out. Not thread-safe.
/// </summary>
internal sealed class ReducedWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> lines = new(64 * 1024);
    private readonly Utf8JsonWriter json;

    public ReducedWriter() =>
        json = new Utf8JsonWriter(
            lines,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
        );

    /// <summary>The lines so far, each with its end.</summary>
    public ReadOnlySpan<byte> Lines => lines.WrittenSpan;

    /// <summary>As <see cref="Lines"/>, until the next write.</summary>
    public ReadOnlyMemory<byte> LinesInMemory => lines.WrittenMemory;

    /// <summary>Adds whole lines.</summary>
    public void Add(ReadOnlySpan<byte> whole) => lines.Write(whole);

    /// <summary>Begins anew.</summary>
    public void Clear() => lines.ResetWrittenCount();

    /// <summary>What holds for the lines behind it.</summary>
    /// <param name="workspace">Whose they are; null where the receiver knows.</param>
    /// <param name="host">The machine; null when unknown.</param>
    /// <param name="billing">Who pays where a request does not say.</param>
    public void From(WorkspaceId? workspace, string? host, Billing billing)
    {
        Begin("from"u8);
        Number("workspace"u8, workspace?.Value);
        Text("host"u8, host);
        Number("billing"u8, (long)billing);
        End();
    }

    /// <summary>Everything that a catch tells; how much was passed over is no part of it, nor are sums of metrics.</summary>
    public void Write(Catch caught)
    {
        foreach (var facts in caught.Sessions.Values)
        {
            Write(facts);
        }

        foreach (var seen in caught.Sightings)
        {
            Write(seen);
        }

        foreach (var seen in caught.Events)
        {
            Write(seen);
        }

        foreach (var word in caught.Limits)
        {
            Write(word);
        }
    }

    /// <summary>A request.</summary>
    public void Write(Sighting seen)
    {
        Begin("request"u8);
        Number("source"u8, (long)seen.Source);
        Text("client"u8, seen.Client);
        Time("at"u8, seen.At);
        Span("duration"u8, seen.Duration);
        Number("status"u8, (long)seen.Status);
        Number("httpStatus"u8, seen.HttpStatus);
        Text("errorType"u8, seen.ErrorType);
        Text("provider"u8, seen.Provider);
        Text("model"u8, seen.Model);
        Text("requestedModel"u8, seen.RequestedModel);
        Text("messageId"u8, seen.MessageId);
        Text("requestId"u8, seen.RequestId);
        Text("ownId"u8, seen.OwnId);
        Number("input"u8, seen.Usage.Input);
        Number("cacheRead"u8, seen.Usage.CacheRead);
        Number("cacheWrite5m"u8, seen.Usage.CacheWrite5m);
        Number("cacheWrite1h"u8, seen.Usage.CacheWrite1h);
        Number("output"u8, seen.Usage.Output);
        Number("reasoning"u8, seen.Usage.Reasoning);
        Text("priceMode"u8, seen.PriceMode);
        Number("webSearches"u8, seen.WebSearches);
        Number("billing"u8, (long?)seen.Billing);
        Text("session"u8, seen.Session);
        Text("agent"u8, seen.Agent);
        Text("parentAgent"u8, seen.ParentAgent);
        Text("folder"u8, seen.Folder, ReducedLimits.LongText);
        Text("project"u8, seen.Project);
        Text("branch"u8, seen.Branch);
        Text("user"u8, seen.User);
        Flag("sidechain"u8, seen.IsSidechain ? true : null);
        End();
    }

    /// <summary>An event of a session.</summary>
    public void Write(SessionEvent seen)
    {
        Begin("event"u8);
        Number("event"u8, (long)seen.Kind);
        Text("session"u8, seen.Session);
        Text("id"u8, seen.Id);
        Time("startedAt"u8, seen.StartedAt);
        Time("endedAt"u8, seen.EndedAt);
        Span("duration"u8, seen.Duration);
        Text("agent"u8, seen.Agent);
        Text("parent"u8, seen.Parent);
        Text("name"u8, seen.Name);
        Number("tokens"u8, seen.Tokens);
        Flag("succeeded"u8, seen.Succeeded);
        End();
    }

    /// <summary>What is known of a session.</summary>
    public void Write(in SessionFacts facts)
    {
        Begin("session"u8);
        Text("session"u8, facts.Session);
        Text("client"u8, facts.Client);
        Time("firstAt"u8, facts.FirstAt);
        Time("lastAt"u8, facts.LastAt);
        Text("parent"u8, facts.Parent);
        Text("version"u8, facts.Version);
        Text("folder"u8, facts.Folder, ReducedLimits.LongText);
        Text("repository"u8, facts.Repository);
        Text("branch"u8, facts.Branch);
        Text("entrypoint"u8, facts.Entrypoint);
        Text("host"u8, facts.Host);
        Text("terminal"u8, facts.Terminal);
        Number("process"u8, facts.ProcessId);
        End();
    }

    /// <summary>A word on a limit.</summary>
    public void Write(LimitWord word)
    {
        Begin("limit"u8);
        Time("at"u8, word.At);
        Text("client"u8, word.Client);
        Text("session"u8, word.Session);
        Number("limit"u8, (long)word.Kind);
        Text("text"u8, word.Text, ReducedLimits.LongText);
        Span("window"u8, word.Window);
        if (word.UsedPercent is { } used && double.IsFinite(used))
        {
            json.WriteNumber("usedPercent"u8, used);
        }

        Time("resetsAt"u8, word.ResetsAt);
        Text("scope"u8, word.Scope);
        Text("plan"u8, word.Plan);
        Text("account"u8, word.Account);
        End();
    }

    /// <inheritdoc />
    public void Dispose() => json.Dispose();

    private void Begin(ReadOnlySpan<byte> kind)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteString("kind"u8, kind);
    }

    private void End()
    {
        json.WriteEndObject();
        json.Flush();
        lines.Write("\n"u8);
    }

    private void Number(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    private void Flag(ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } known)
        {
            json.WriteBoolean(name, known);
        }
    }

    private void Time(ReadOnlySpan<byte> name, DateTimeOffset? time) => Number(name, Times.ToMicroseconds(time));

    private void Span(ReadOnlySpan<byte> name, TimeSpan? span) =>
        Number(name, span?.Ticks / TimeSpan.TicksPerMicrosecond);

    private void Text(ReadOnlySpan<byte> name, string? text, int most = ReducedLimits.Text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        // Through bytes: half a pair of surrogates becomes a character that can be written.
        Span<byte> bytes = stackalloc byte[512];
        if (!Encoding.UTF8.TryGetBytes(text, bytes, out var length))
        {
            bytes = Encoding.UTF8.GetBytes(text);
            length = bytes.Length;
        }

        if (length > most)
        {
            length = most;
            while ((bytes[length] & 0xC0) == 0x80)
            {
                length--;
            }
        }

        json.WriteString(name, bytes[..length]);
    }
}
