using System.Collections.Immutable;
using Dapper;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>What is set in the place of what the documents say. Thread-safe.</summary>
public sealed class OverrideBook
{
    private const int MostLiving = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private readonly ControlDb database;

    internal OverrideBook(ControlDb database) => this.database = database;

    /// <summary>The overrides of all workspaces that hold now, the oldest first.</summary>
    public ImmutableArray<Override> Living()
    {
        using var reader = database.File.OpenReader();
        return
        [
            .. reader
                .Query<Row>(
                    $"SELECT {Row.Columns} FROM runtime_override WHERE until IS NULL OR until > @Now ORDER BY at, id",
                    new { database.Now }
                )
                .Select(row => row.ToOverride()),
        ];
    }

    /// <summary>Sets one for the actor's workspace, in the place of the one of that kind and subject if there is one.</summary>
    public Task<Change<Override>> SetAsync(Actor actor, NewOverride request, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                var now = DateTimeOffset.FromUnixTimeMilliseconds(transaction.Now);
                if (Fault(request, now) is { } fault)
                {
                    return Change.Failed<Override>(ChangeOutcome.Invalid, fault);
                }

                transaction.LeavesSnapshot = true;
                transaction.Execute("DELETE FROM runtime_override WHERE until <= @Now", new { transaction.Now });
                var before = Find(transaction, request.Kind, request.Subject);
                var living = transaction.Query<long>(
                    "SELECT count(*) FROM runtime_override WHERE workspace = @Value",
                    actor.Workspace
                )[0];
                if (before is null && living >= MostLiving)
                {
                    return Change.Failed<Override>(
                        ChangeOutcome.Refused,
                        $"a workspace has at most {MostLiving} overrides that hold at a time"
                    );
                }

                var row = new Row
                {
                    Id = Ids.New("ovr"),
                    Workspace = actor.Workspace.Value,
                    Kind = Row.WordOf(request.Kind),
                    Subject = request.Subject,
                    Everywhere = request.Everywhere ? 1 : 0,
                    Provider = request.Provider,
                    Model = request.Model,
                    At = transaction.Now,
                    Until = request.Until?.ToUnixTimeMilliseconds(),
                    ActorKind = actor.Kind.ToString().ToLowerInvariant(),
                    ActorId = actor.Id,
                    Reason = string.IsNullOrEmpty(request.Reason) ? null : request.Reason,
                };
                transaction.Execute(
                    """
                    INSERT OR REPLACE INTO runtime_override
                        (workspace, kind, subject, id, everywhere, provider, model, at, until, actor_kind, actor_id, reason)
                    VALUES
                        (@Workspace, @Kind, @Subject, @Id, @Everywhere, @Provider, @Model, @At, @Until, @ActorKind, @ActorId, @Reason)
                    """,
                    row
                );
                transaction.Audit(SetAction(request.Kind), row.Target, before?.Describe(), row.Describe());
                return Change.Done(row.ToOverride());
            },
            cancellationToken
        );

    /// <summary>Lifts one of the actor's workspace before its time.</summary>
    public Task<Change<Override>> LiftAsync(
        Actor actor,
        OverrideKind kind,
        string subject,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                if (Find(transaction, kind, subject) is not { } row || row.Until <= transaction.Now)
                {
                    return Change.Failed<Override>(ChangeOutcome.NotFound, "there is no such override that holds");
                }

                transaction.LeavesSnapshot = true;
                transaction.Execute("DELETE FROM runtime_override WHERE id = @Id", row);
                transaction.Audit(LiftAction(kind), row.Target, row.Describe());
                return Change.Done(row.ToOverride());
            },
            cancellationToken
        );

    private static Row? Find(ControlTransaction transaction, OverrideKind kind, string subject) =>
        transaction
            .Query<Row>(
                $"SELECT {Row.Columns} FROM runtime_override WHERE workspace = @Value AND kind = @Kind AND subject = @subject",
                new
                {
                    transaction.Actor.Workspace.Value,
                    Kind = Row.WordOf(kind),
                    subject,
                }
            )
            .SingleOrDefault();

    private static string SetAction(OverrideKind kind) =>
        kind switch
        {
            OverrideKind.SpendingStopped => "spending.stop",
            OverrideKind.ProviderOff => "provider.switch-off",
            _ => "route.move",
        };

    private static string LiftAction(OverrideKind kind) =>
        kind switch
        {
            OverrideKind.SpendingStopped => "spending.resume",
            OverrideKind.ProviderOff => "provider.switch-on",
            _ => "route.move-back",
        };

    private static string? Fault(NewOverride request, DateTimeOffset now) =>
        request.Until <= now ? "until: is over already"
        : request.Until > now + Longest ? $"until: at most {Longest.TotalDays} days from now"
        : request.Reason is { Length: > 0 } reason && !Names.IsText(reason) ? $"reason: {Names.TextRule}"
        : request.Model is { } model && (model.Length is 0 or > 256 || model.Any(char.IsControl))
            ? "model: 1 to 256 characters without control characters"
        : null;

    private sealed record Row
    {
        public const string Columns = """
            workspace AS Workspace, kind AS Kind, subject AS Subject, id AS Id, everywhere AS Everywhere, provider AS Provider,
            model AS Model, at AS At, until AS Until, actor_kind AS ActorKind, actor_id AS ActorId, reason AS Reason
            """;

        private static readonly ImmutableArray<(OverrideKind Kind, string Word)> Words =
        [
            (OverrideKind.SpendingStopped, "spending-stopped"),
            (OverrideKind.ProviderOff, "provider-off"),
            (OverrideKind.RouteMoved, "route-moved"),
        ];

        public required long Workspace { get; init; }

        public required string Kind { get; init; }

        public required string Subject { get; init; }

        public required string Id { get; init; }

        public required long Everywhere { get; init; }

        public string? Provider { get; init; }

        public string? Model { get; init; }

        public required long At { get; init; }

        public long? Until { get; init; }

        public required string ActorKind { get; init; }

        public string? ActorId { get; init; }

        public string? Reason { get; init; }

        /// <summary>What an entry of the trail is about.</summary>
        public string Target =>
            KindOf(Kind) switch
            {
                OverrideKind.SpendingStopped => "spending",
                OverrideKind.ProviderOff => $"provider:{Subject}",
                _ => $"route:{Subject}",
            };

        public static string WordOf(OverrideKind kind) => Words.First(pair => pair.Kind == kind).Word;

        public Override ToOverride() =>
            new()
            {
                Id = Id,
                Workspace = new WorkspaceId((int)Workspace),
                Kind = KindOf(Kind),
                Subject = Subject,
                Everywhere = Everywhere != 0,
                Provider = Provider,
                Model = Model,
                At = DateTimeOffset.FromUnixTimeMilliseconds(At),
                Until = Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
                ActorKind = ActorKind,
                ActorId = ActorId,
                Reason = Reason,
            };

        public string Describe() =>
            AuditValue.Of(
                ("override", Id),
                ("everywhere", Everywhere != 0 ? true : null),
                ("provider", Provider),
                ("model", Model),
                ("until", Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null),
                ("reason", Reason)
            );

        private static OverrideKind KindOf(string word) => Words.First(pair => pair.Word == word).Kind;
    }
}
