using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Weir.Foundation;
using Weir.Gateway.Simulator;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Pipeline;

/// <summary>
/// Answers the model lists out of the configuration and the price catalogue; no upstream is asked. Shown is what the
/// dialect of the list can call: of each provider the models that the configuration names, with patterns filled from its
/// catalogue, or its whole catalogue when the configuration names none. A name that two providers have counts once.
/// </summary>
internal static class ModelListing
{
    public static Task AnswerAsync(Exchange exchange, Func<Exchange, int, string, Task> refuse)
    {
        var dialect = exchange.Endpoint.Dialect;
        var models = List(exchange, dialect);
        var answer = new ArrayBufferWriter<byte>();
        if (exchange.Endpoint.Subject is { } wanted)
        {
            if (models.Find(m => m.Id == wanted) is not { } model)
            {
                return refuse(exchange, 404, "No configured provider lists a model of that name.");
            }

            ModelLists.Write(answer, dialect, model);
        }
        else
        {
            ModelLists.Write(answer, dialect, models, Page(exchange.Context.Request.Query, dialect));
        }

        var response = exchange.Context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/json";
        response.ContentLength = answer.WrittenCount;
        response.Headers["x-weir-request-id"] = exchange.IdText;
        if (!HttpMethods.IsHead(exchange.Context.Request.Method))
        {
            response.BodyWriter.Write(answer.WrittenSpan);
        }

        return Task.CompletedTask;
    }

    private static List<ListedModel> List(Exchange exchange, Dialect dialect)
    {
        var models = new List<ListedModel>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var provider in exchange.Gateway.Providers)
        {
            if (!provider.Kind.Speaks(dialect))
            {
                continue;
            }

            foreach (var model in ModelsOf(provider, exchange))
            {
                if (seen.Add(model.Id))
                {
                    models.Add(model);
                }
            }
        }

        return models;
    }

    private static IEnumerable<ListedModel> ModelsOf(ProviderModel provider, Exchange exchange)
    {
        if (provider.Kind == ProviderKind.Simulator)
        {
            return SimulatorHandler.Models.Select(id => new ListedModel(id, provider.Name, null, null, null, null));
        }

        var priced = exchange.Prices.Models(provider.Catalogue);
        var known = priced
            .Where(m => provider.Listed.IsEmpty || provider.Lists(m.Model))
            .Select(m => new ListedModel(
                m.Model,
                provider.Name,
                m.DisplayName,
                m.Released,
                m.ContextLimit,
                m.OutputLimit
            ));
        var named = provider
            .Listed.Where(p => p.IsExact)
            .Select(p => new ListedModel(p.ToString(), provider.Name, null, null, null, null));
        return known.Concat(named);
    }

    private static ListPage Page(IQueryCollection query, Dialect dialect)
    {
        var isGemini = dialect == Dialect.Gemini;
        return new ListPage(
            int.TryParse(
                query[isGemini ? "pageSize" : "limit"],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var limit
            )
                ? limit
                : null,
            NonEmpty(query[isGemini ? "pageToken" : "after_id"]),
            NonEmpty(query["before_id"])
        );
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
