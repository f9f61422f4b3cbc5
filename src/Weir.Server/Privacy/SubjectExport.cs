using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Capture.Sessions;
using Weir.Client.Json;
using Weir.Gateway.Activities;
using Weir.Identity;
using Weir.Server.Api.Activities;
using Weir.Server.Api.Audit;
using Weir.Server.Api.Keys;
using Weir.Server.Api.Sessions;
using Weir.Server.Api.Usage;
using Weir.Server.Api.Users;
using Weir.Server.Configuration;

namespace Weir.Server.Privacy;

/// <summary>
/// Everything that Weir keeps of a person, as JSON lines (docs/formats/subject-export.md): page by page, so that any amount of it needs
/// the memory of one page.
/// </summary>
internal sealed class SubjectExport(ServerState state, Subject subject, bool withContent)
{
    private const int PageSize = 500;
    private const int Version = 1;

    private readonly Modules modules = state.Modules;

    /// <summary>The lines, without their ends.</summary>
    public async IAsyncEnumerable<string> LinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Line("export", Head);
        if (subject.User is { } user)
        {
            yield return Line("user", UserShapes.Item(user), WeirJson.Written.UserItem);
            foreach (
                var team in modules.Identity.Teams.List(subject.Workspace).Where(t => t.Members.Contains(user.Name))
            )
            {
                yield return Line("team", json => json.WriteString("name", team.Name));
            }

            foreach (var session in modules.Identity.Sessions.List(subject.Workspace, user.Id))
            {
                yield return Line("auth-session", json => Write(json, session));
            }
        }

        foreach (var key in subject.Keys)
        {
            yield return Line(
                "key",
                KeyShapes.Item(key, key.Owner is null ? null : subject.User),
                WeirJson.Written.KeyItem
            );
        }

        foreach (var entry in Trail())
        {
            yield return Line("audit", AuditShapes.Item(entry), WeirJson.Written.AuditItem);
        }

        foreach (var happened in Activity())
        {
            yield return Line("activity", ActivityShapesOf.Item(happened), WeirJson.Written.ActivityEventItem);
        }

        await modules.Ledger.FlushAsync(cancellationToken);
        await foreach (var line in RequestsAsync(cancellationToken))
        {
            yield return line;
        }

        var capture = state.Config.Current.Config.Capture;
        await foreach (var line in SessionsAsync(capture, cancellationToken))
        {
            yield return line;
        }

        if (withContent)
        {
            await foreach (var line in ContentAsync(capture, cancellationToken))
            {
                yield return line;
            }
        }

        yield return Line("end", static _ => { });
    }

    private void Head(Utf8JsonWriter json)
    {
        json.WriteNumber("version", Version);
        json.WriteString("workspace", modules.Identity.Workspaces.Find(subject.Workspace)?.Name);
        json.WriteString("at", state.Options.Clock.GetUtcNow());
        json.WriteStartArray("names");
        foreach (var name in subject.Names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    // What he did, and what was done to him: once each, newest first.
    private IEnumerable<AuditEntry> Trail()
    {
        var questions = subject.User is { } user
            ? [new AuditQuestion { Actor = user.Id }, new AuditQuestion { Target = $"user:{user.Id}" }]
            : Array.Empty<AuditQuestion>();
        var met = new HashSet<long>();
        foreach (var question in questions.Concat(subject.Keys.Select(key => new AuditQuestion { Actor = key.Id })))
        {
            long? before = null;
            while (
                modules.Identity.Audit.List(subject.Workspace, question with { Before = before, Limit = PageSize })
                    is { Length: > 0 } page
            )
            {
                foreach (var entry in page.Where(entry => met.Add(entry.Seq)))
                {
                    yield return entry;
                }

                before = page[^1].Seq;
            }
        }
    }

    // Where he or a key of his is named, newest first.
    private IEnumerable<StoredActivity> Activity()
    {
        var query = new ActivityQuery
        {
            Workspace = subject.Workspace,
            Kinds = [.. ActivityKinds.All.Select(kind => kind.Name)],
            People = [.. subject.Names, .. subject.OwnKeys.Select(key => key.Name)],
            Limit = PageSize,
        };
        do
        {
            var page = modules.Activity.Read(query);
            foreach (var happened in page.Items)
            {
                yield return happened;
            }

            query = query with { Before = page.Next };
        } while (query.Before is not null);
    }

    private async IAsyncEnumerable<string> RequestsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = subject.Records(state.Options.Clock.GetUtcNow());
        string? cursor = null;
        do
        {
            var page = await modules.Ledger.Queries.RecordsAsync(query, cursor, PageSize, cancellationToken);
            foreach (var stored in page.Items)
            {
                yield return Line("request", UsageShapes.Request(stored), WeirJson.Written.RequestItem);
            }

            cursor = page.Next;
        } while (cursor is not null);
    }

    private async IAsyncEnumerable<string> SessionsAsync(
        CaptureConfig capture,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await modules.Capture.SessionsAsync(capture) is not { } sessions)
        {
            yield break;
        }

        var all = subject.Records(state.Options.Clock.GetUtcNow());
        var query = new SessionListQuery
        {
            Workspace = subject.Workspace,
            From = all.From,
            To = all.To,
            Users = [.. subject.Names],
        };
        string? cursor = null;
        do
        {
            var page = await sessions.ListAsync(query, cursor, PageSize, cancellationToken);
            foreach (var session in page.Items)
            {
                yield return Line("session", SessionShapesOf.Item(session), WeirJson.Written.SessionItem);
            }

            cursor = page.Next;
        } while (cursor is not null);
    }

    private async IAsyncEnumerable<string> ContentAsync(
        CaptureConfig capture,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var session in await subject.SessionsAsync(modules.Ledger, cancellationToken))
        {
            if (await modules.Capture.ContentAsync(subject.Workspace, session, capture) is not { } reading)
            {
                continue;
            }

            if (reading.Refusal is not null)
            {
                yield return Line("content", json => Write(json, session, null));
            }

            foreach (var line in reading.Lines)
            {
                yield return Line("content", json => Write(json, session, Encoding.UTF8.GetString(line.Span)));
            }
        }
    }

    private static void Write(Utf8JsonWriter json, string session, string? line)
    {
        json.WriteString("session", session);
        json.WriteString("line", line);
    }

    private static void Write(Utf8JsonWriter json, AuthSession session)
    {
        json.WriteString("id", session.Id);
        json.WriteString("address", session.Address);
        json.WriteString("agent", session.Agent);
        json.WriteString("createdAt", session.CreatedAt);
        json.WriteString("seenAt", session.SeenAt);
    }

    private static string Line<T>(string kind, T item, JsonTypeInfo<T> type) =>
        $$"""{"kind":"{{kind}}","data":{{JsonSerializer.Serialize(item, type)}}}""";

    private static string Line(string kind, Action<Utf8JsonWriter> data)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = WeirJson.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteStartObject("data");
            data(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
