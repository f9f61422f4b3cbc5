using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server.Configuration;

namespace Weir.Server.Api;

/// <summary>A refusal as RFC 9457 has it.</summary>
internal sealed class ApiProblem(Problem problem) : IResult
{
    /// <summary>The content type.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>A problem of a status, in words.</summary>
    /// <param name="status">The status.</param>
    /// <param name="detail">What to do; null for nothing.</param>
    /// <param name="errors">Faulty fields, by pointer; null for none.</param>
    public static ApiProblem Of(int status, string? detail, IReadOnlyDictionary<string, string>? errors = null) =>
        new(
            new Problem
            {
                Title = ReasonPhrases.GetReasonPhrase(status),
                Status = status,
                Detail = detail,
                Errors = errors,
            }
        );

    /// <summary>Faulty parameters or fields, by name.</summary>
    public static ApiProblem Invalid(IReadOnlyDictionary<string, string> errors) =>
        new(
            new Problem
            {
                Title = "Bad Request",
                Status = StatusCodes.Status400BadRequest,
                Detail = string.Join("; ", errors.Select(error => $"{error.Key}: {error.Value}")),
                Errors = errors,
            }
        );

    /// <summary>A faulty configuration.</summary>
    public static ApiProblem Faulty(ImmutableArray<ConfigFault> faults) =>
        new(
            new Problem
            {
                Title = "Unprocessable Content",
                Status = StatusCodes.Status422UnprocessableEntity,
                Detail = $"The configuration has {ConfigFault.Count(faults.Length)} and was not taken.",
                Faults = [.. faults.Select(Config.ConfigShapes.Fault)],
            }
        );

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = problem.Status;
        httpContext.Response.ContentType = ContentType;
        return httpContext
            .Response.Body.WriteAsync(
                JsonSerializer.SerializeToUtf8Bytes(problem, WeirJson.Written.Problem),
                httpContext.RequestAborted
            )
            .AsTask();
    }
}

/// <summary>Says how a route may refuse.</summary>
internal static class ApiProblemExtensions
{
    /// <summary>It may answer with problems of these statuses.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder builder, params ReadOnlySpan<int> statuses)
        where TBuilder : IEndpointConventionBuilder =>
        builder.Refuses(typeof(Problem), [ApiProblem.ContentType], statuses);

    /// <summary>It may answer with another body than a problem in these statuses.</summary>
    public static TBuilder Refuses<TBuilder>(
        this TBuilder builder,
        Type body,
        string[] contentTypes,
        params ReadOnlySpan<int> statuses
    )
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, body, contentTypes));
        }

        return builder;
    }
}
