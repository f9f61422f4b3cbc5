using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Weir.Foundation;
using Weir.Identity.Storage;

namespace Weir.Identity;

/// <summary>What was granted to budgets beyond their bounds, by whoever may approve costs. Thread-safe.</summary>
public sealed class BudgetGrants
{
    private const int MostLiving = 1000;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);
    private static readonly Money MostAmount = Money.FromUsd(1_000_000_000);

    private readonly ControlDb database;

    internal BudgetGrants(ControlDb database) => this.database = database;

    /// <summary>The grants of all workspaces that hold now.</summary>
    public ImmutableArray<BudgetGrant> Living()
    {
        using var reader = database.File.OpenReader();
        return
        [
            .. reader
                .Query<Row>(
                    $"SELECT {Row.Columns} FROM budget_grant WHERE until > @Now ORDER BY at",
                    new { database.Now }
                )
                .Select(row => row.ToGrant()),
        ];
    }

    /// <summary>Grants more to a budget of the actor's workspace.</summary>
    public Task<Change<BudgetGrant>> GrantAsync(
        Actor actor,
        NewBudgetGrant request,
        CancellationToken cancellationToken
    ) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                var now = DateTimeOffset.FromUnixTimeMilliseconds(transaction.Now);
                if (Fault(request, now) is { } fault)
                {
                    return Change.Failed<BudgetGrant>(ChangeOutcome.Invalid, fault);
                }

                transaction.LeavesSnapshot = true;
                transaction.Execute("DELETE FROM budget_grant WHERE until <= @Now", new { transaction.Now });
                var living = transaction.Query<long>(
                    "SELECT count(*) FROM budget_grant WHERE workspace = @Value",
                    actor.Workspace
                )[0];
                if (living >= MostLiving)
                {
                    return Change.Failed<BudgetGrant>(
                        ChangeOutcome.Refused,
                        $"a workspace has at most {MostLiving} grants that hold at a time"
                    );
                }

                var row = new Row
                {
                    Id = Ids.New("grt"),
                    Workspace = actor.Workspace.Value,
                    Budget = request.Budget,
                    Scope = AuditValue.Of([.. request.Scope.Select(part => (part.Key, (object?)part.Value))]),
                    Amount = request.Amount.NanoUsd,
                    At = transaction.Now,
                    Until = request.Until.ToUnixTimeMilliseconds(),
                    ActorKind = actor.Kind.ToString().ToLowerInvariant(),
                    ActorId = actor.Id,
                    Reason = string.IsNullOrEmpty(request.Reason) ? null : request.Reason,
                };
                transaction.Execute(
                    """
                    INSERT INTO budget_grant (id, workspace, budget, scope, amount, at, until, actor_kind, actor_id, reason)
                    VALUES (@Id, @Workspace, @Budget, @Scope, @Amount, @At, @Until, @ActorKind, @ActorId, @Reason)
                    """,
                    row
                );
                transaction.Audit("budget.grant", $"budget:{row.Budget}", after: row.Describe());
                return Change.Done(row.ToGrant());
            },
            cancellationToken
        );

    /// <summary>Ends a grant to a budget of the actor's workspace before its time.</summary>
    public Task<Change<BudgetGrant>> EndAsync(Actor actor, string id, CancellationToken cancellationToken) =>
        database.ChangeAsync(
            actor,
            transaction =>
            {
                var rows = transaction.Query<Row>(
                    $"SELECT {Row.Columns} FROM budget_grant WHERE id = @id AND workspace = @Value AND until > @Now",
                    new
                    {
                        id,
                        actor.Workspace.Value,
                        transaction.Now,
                    }
                );
                if (rows is not [var row])
                {
                    return Change.Failed<BudgetGrant>(
                        ChangeOutcome.NotFound,
                        "there is no grant of that id that holds"
                    );
                }

                transaction.LeavesSnapshot = true;
                transaction.Execute("DELETE FROM budget_grant WHERE id = @Id", row);
                transaction.Audit("budget.grant-end", $"budget:{row.Budget}", row.Describe());
                return Change.Done(row.ToGrant());
            },
            cancellationToken
        );

    private static string? Fault(NewBudgetGrant request, DateTimeOffset now) =>
        request.Amount.NanoUsd <= 0 || request.Amount > MostAmount ? "amountUsd: above 0 and at most a billion"
        : request.Until <= now ? "until: is over already"
        : request.Until > now + Longest ? $"until: at most {Longest.TotalDays} days from now"
        : request.Reason is { Length: > 0 } reason && !Names.IsText(reason) ? $"reason: {Names.TextRule}"
        : null;

    private sealed record Row
    {
        public const string Columns = """
            id AS Id, workspace AS Workspace, budget AS Budget, scope AS Scope, amount AS Amount, at AS At, until AS Until,
            actor_kind AS ActorKind, actor_id AS ActorId, reason AS Reason
            """;

        public required string Id { get; init; }

        public required long Workspace { get; init; }

        public required string Budget { get; init; }

        public required string Scope { get; init; }

        public required long Amount { get; init; }

        public required long At { get; init; }

        public required long Until { get; init; }

        public required string ActorKind { get; init; }

        public string? ActorId { get; init; }

        public string? Reason { get; init; }

        public BudgetGrant ToGrant()
        {
            using var scope = JsonDocument.Parse(Scope);
            return new BudgetGrant
            {
                Id = Id,
                Workspace = new WorkspaceId((int)Workspace),
                Budget = Budget,
                Scope = scope
                    .RootElement.EnumerateObject()
                    .ToImmutableSortedDictionary(part => part.Name, part => part.Value.GetString()!),
                Amount = new Money(Amount),
                At = DateTimeOffset.FromUnixTimeMilliseconds(At),
                Until = DateTimeOffset.FromUnixTimeMilliseconds(Until),
                ActorKind = ActorKind,
                ActorId = ActorId,
                Reason = Reason,
            };
        }

        public string Describe() =>
            AuditValue.Of(
                ("grant", Id),
                ("scope", Scope),
                ("amountUsd", new Money(Amount).ToString()),
                (
                    "until",
                    DateTimeOffset
                        .FromUnixTimeMilliseconds(Until)
                        .ToString("O", System.Globalization.CultureInfo.InvariantCulture)
                ),
                ("reason", Reason)
            );
    }
}
