using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Weir.Gateway.Counting;
using Weir.Gateway.Routing;

namespace Weir.Gateway.Pipeline;

/// <summary>The questions that Weir answers itself: which models there are, and how many tokens a request has. Thread-safe.</summary>
internal sealed class ModelQuestions(OwnAnswers answers, TimeProvider clock, ILogger logger, CancellationToken shutdown)
{
    private readonly TokenCounts counts = new(clock);

    /// <summary>Answers with the models that the caller may use.</summary>
    public async Task ListModelsAsync(Exchange exchange)
    {
        var endpoint = exchange.Endpoint;
        var bounds = exchange.Caller.Principal.Bounds is { HasModels: true } own ? own : null;
        var models = await ModelListing.GatherAsync(exchange.Gateway, exchange.Prices, clock, logger, shutdown);
        ReadOnlyMemory<byte> list;
        if (endpoint.Subject is not { } id)
        {
            models = bounds is null ? models : models.RemoveAll(model => !bounds.AllowsModel(model.Id));
            list = ModelLists.Write(models, endpoint.Dialect, exchange.Context.Request.Query);
        }
        else if (
            (bounds is null || bounds.AllowsModel(id))
            && ModelListing.Find(exchange.Gateway, exchange.Prices, models, id) is { } model
        )
        {
            list = ModelLists.Write(model, endpoint.Dialect);
        }
        else
        {
            answers.Refuse(exchange, 404, "Weir knows no model of that name.");
            return;
        }

        OwnAnswers.WriteJson(exchange, StatusCodes.Status200OK, list.Span);
    }

    /// <summary>Answers who asks for a count. False when it is no such question, or one that the provider is asked as it came.</summary>
    public async ValueTask<bool> CountAsync(Exchange exchange)
    {
        if (!exchange.Endpoint.IsCount || exchange.IsPassThrough)
        {
            return false;
        }

        var target = exchange.Route.Targets[0];
        exchange.Route = exchange.Route with { Targets = [target] };
        if (TokenCounts.IsRelayed(exchange, target))
        {
            return false;
        }

        WriteCount(exchange, target, await counts.CountAsync(exchange, target, shutdown));
        return true;
    }

    /// <summary>Answers with a count.</summary>
    public static void WriteCount(Exchange exchange, Target target, in CountAnswer count)
    {
        var headers = exchange.Context.Response.Headers;
        headers[TokenCounts.Header] = count.Source;
        headers["x-weir-provider"] = target.Provider.Name;
        OwnAnswers.WriteJson(
            exchange,
            StatusCodes.Status200OK,
            TokenCounts.Write(exchange.Endpoint.Dialect, count.Tokens)
        );
    }
}
