using Microsoft.AspNetCore.Http;
using Weir.Identity;

namespace Weir.Server.Api;

/// <summary>Tells how a change failed.</summary>
internal static class ChangeProblems
{
    /// <summary>The problem that a failed change comes to.</summary>
    public static ApiProblem Problem<T>(this Change<T> change)
        where T : class => Of(change.Outcome, change.Reason);

    /// <summary>The problem of an outcome that is not <see cref="ChangeOutcome.Done"/>.</summary>
    public static ApiProblem Of(ChangeOutcome outcome, string? reason) =>
        ApiProblem.Of(
            outcome switch
            {
                ChangeOutcome.NotFound => StatusCodes.Status404NotFound,
                ChangeOutcome.Taken or ChangeOutcome.Refused => StatusCodes.Status409Conflict,
                ChangeOutcome.Stale => StatusCodes.Status412PreconditionFailed,
                ChangeOutcome.Invalid => StatusCodes.Status400BadRequest,
                _ => throw new InvalidOperationException($"{outcome} is no failure."),
            },
            reason
        );
}
