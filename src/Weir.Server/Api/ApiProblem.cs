using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server.Configuration;

namespace Weir.Server.Api;

/// <summary>A refusal as RFC 9457 has it.</summary>
internal sealed class ApiProblem(Problem problem) : IResult, IEndpointMetadataProvider
{
    private const string ContentType = "application/problem+json";

    /// <summary>A problem of a status, in words.</summary>
    public static ApiProblem Of(int status, string? detail) =>
        new(
            new Problem
            {
                Title = ReasonPhrases.GetReasonPhrase(status),
                Status = status,
                Detail = detail,
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
                Detail = $"The configuration has {faults.Length} faults and was not taken.",
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

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        foreach (var status in (ReadOnlySpan<int>)[400, 401, 403])
        {
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(Problem), [ContentType]));
        }
    }
}
