using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Weir.Capture;
using Weir.Client;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Configuration;

namespace Weir.Server.Privacy;

/// <summary>
/// Erases a person: his account and credentials go, his keys end, his sessions and their content are forgotten; figures stay under a
/// pseudonym, so that no sum changes. First who may record anything under his name is stopped, then what was recorded is gone
/// through; what a failure leaves is erased by asking again with the name.
/// </summary>
internal sealed class SubjectErasure(ServerState state)
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>What it would come to.</summary>
    public async Task<ErasureResult> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        var ledger = state.Modules.Ledger;
        await ledger.FlushAsync(cancellationToken);
        var sums = await ledger.Queries.SummaryAsync(
            subject.Records(state.Options.Clock.GetUtcNow()),
            cancellationToken
        );
        return new ErasureResult
        {
            DryRun = true,
            Pseudonym = null,
            IsUser = subject.User is not null,
            Records = sums.Total.Requests,
            Keys = subject.Keys.Length,
            Sessions = (await subject.SessionsAsync(ledger, cancellationToken)).Length,
            Left = [],
        };
    }

    /// <summary>Does it.</summary>
    /// <returns>What it came to, or why it was refused.</returns>
    public async Task<Change<ErasureResult>> RunAsync(
        Actor actor,
        Subject subject,
        CaptureConfig capture,
        CancellationToken cancellationToken
    )
    {
        var modules = state.Modules;
        var erasure = Pseudonyms(subject);
        if (subject.User is { } user)
        {
            var change = await modules.Identity.Users.EraseAsync(actor, user.Id, erasure, cancellationToken);
            if (!change.IsDone)
            {
                return new Change<ErasureResult>(change.Outcome, null, change.Reason);
            }
        }
        else
        {
            await modules.Identity.Users.EraseAsync(actor, erasure, cancellationToken);
        }

        // From here on nothing new is recorded under his name, but for requests that were under way.
        await modules.Ledger.FlushAsync(cancellationToken);
        var sessions = await subject.SessionsAsync(modules.Ledger, cancellationToken);
        var left = new List<string>();
        var captured = await modules.Capture.EraseAsync(
            new CapturedPerson
            {
                Workspace = subject.Workspace,
                Sessions = sessions.ToFrozenSet(StringComparer.Ordinal),
                Names = erasure.Names,
            },
            capture,
            cancellationToken
        );
        Leave(captured is null ? "what coding agents left could not be opened" : captured.Residue);
        var (records, revisions) = (0L, 0L);
        foreach (var (name, instead) in erasure.Names)
        {
            var outcome = await modules.Ledger.PseudonymiseAsync(
                new Pseudonym
                {
                    Workspace = subject.Workspace,
                    Name = name,
                    Instead = instead,
                    Keys = subject
                        .OwnKeys.GroupBy(key => key.Name, StringComparer.Ordinal)
                        .ToImmutableDictionary(keys => keys.Key, keys => erasure.Keys[keys.First().Id]),
                },
                cancellationToken
            );
            records += outcome.Records;
            revisions += outcome.Revisions;
            Leave(outcome.Residue);
            Leave(outcome.IsNameLeft ? "a project, tag, session or other thing is called as he was: that stays" : null);
        }

        foreach (var (name, instead) in erasure.Names)
        {
            await modules.Activity.PseudonymiseAsync(
                subject.Workspace,
                name,
                instead,
                subject
                    .OwnKeys.GroupBy(key => key.Name, StringComparer.Ordinal)
                    .ToDictionary(keys => keys.Key, keys => erasure.Keys[keys.First().Id], StringComparer.Ordinal),
                cancellationToken
            );
        }

        Leave(
            subject.User is null
                ? null
                : "the audit trail says who was invited and what he did, until its retention ends: it cannot be edited"
        );
        var result = new ErasureResult
        {
            DryRun = false,
            Pseudonym = erasure.Pseudonym,
            IsUser = subject.User is not null,
            Records = records,
            Revisions = revisions,
            Keys = subject.Keys.Length,
            Sessions = sessions.Length,
            ArchiveLines = captured?.ArchiveLines ?? 0,
            ContentStretches = captured?.ContentStretches ?? 0,
            Left = left,
        };
        await modules.Identity.Audit.NoteAsync(
            actor,
            "privacy.erased",
            $"person:{erasure.Pseudonym}",
            null,
            $$"""{"records":{{records}},"sessions":{{sessions.Length}}}""",
            cancellationToken
        );
        return new Change<ErasureResult>(ChangeOutcome.Done, result, null);

        void Leave(string? what)
        {
            if (what is not null && !left.Contains(what))
            {
                left.Add(what);
            }
        }
    }

    // Another for each of his names: two that became one would put together sums that stood apart.
    private static PersonErasure Pseudonyms(Subject subject)
    {
        var pseudonym = $"erased-{RandomNumberGenerator.GetString(Alphabet, 12)}";
        return new PersonErasure
        {
            Pseudonym = pseudonym,
            Names = subject
                .Names.Select((name, i) => (name, i))
                .ToImmutableDictionary(
                    n => n.name,
                    n => n.i == 0 ? pseudonym : $"{pseudonym}-{n.i + 1}",
                    StringComparer.Ordinal
                ),
            Keys = subject
                .OwnKeys.Select((key, i) => (key.Id, i))
                .ToImmutableDictionary(k => k.Id, k => $"{pseudonym}-key-{k.i + 1}", StringComparer.Ordinal),
        };
    }
}
