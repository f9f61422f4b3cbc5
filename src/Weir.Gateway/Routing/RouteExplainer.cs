using System.Collections.Immutable;
using Microsoft.Extensions.Primitives;
using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Resilience;
using Weir.Gateway.Routing.Strategies;
using Weir.Gateway.Transforms;
using Weir.Gateway.Translation;
using Weir.Gateway.Upstreams;
using Weir.Gateway.Upstreams.Envelopes;
using Weir.Gateway.Wire;
using Weir.Identity;
using Weir.Ledger;

namespace Weir.Gateway.Routing;

/// <summary>
/// Says what the pipeline would do with a request, by asking what the pipeline asks: the same router, the same readers and
/// writers. Nothing is sent and nothing is kept. Stateless.
/// </summary>
internal static class RouteExplainer
{
    /// <summary>The explanation for a workspace.</summary>
    /// <param name="snapshot">The configurations.</param>
    /// <param name="prices">Which know the models.</param>
    /// <param name="state">What is remembered of targets and sessions; nothing is added to it.</param>
    /// <param name="now">When it is asked.</param>
    /// <param name="workspace">Whose request it is.</param>
    /// <param name="query">The request.</param>
    public static RouteAnswer Explain(
        GatewaySnapshot snapshot,
        PriceSnapshot prices,
        RouteState state,
        DateTimeOffset now,
        WorkspaceId workspace,
        RouteQuery query
    )
    {
        var asked = AskedRequest.Read(query, out var faults);
        return new RouteAnswer(
            asked is null ? null : Explain(snapshot.Of(workspace), prices, state, query.At ?? now, query, asked),
            faults
        );
    }

    private static RouteExplanation Explain(
        GatewayModel? gateway,
        PriceSnapshot prices,
        RouteState state,
        DateTimeOffset at,
        RouteQuery query,
        AskedRequest asked
    )
    {
        var endpoint = asked.Endpoint;
        var head = RequestHeadReader.Read(asked.Body.Span, endpoint.Dialect);
        var model = endpoint.Dialect == Dialect.Gemini ? endpoint.Subject : head.Model;
        var explanation = new RouteExplanation
        {
            Dialect = endpoint.Dialect,
            Path = endpoint.Path,
            Model = model,
            Streams = endpoint.Operation == Operation.GeminiStream || head.Stream,
            Client = query.Client ?? ClientNames.Of(asked.Headers),
        };
        if (gateway is null)
        {
            return Refuse(explanation, 403, RequestRefusals.NotServed);
        }

        if (asked.Body.Length > gateway.Config.MaxBodyBytes)
        {
            return Refuse(explanation, 413, RequestRefusals.TooLarge(gateway.Config.MaxBodyBytes));
        }

        if (head.Fault is { } fault)
        {
            return Refuse(explanation, 400, fault);
        }

        if (model is null)
        {
            return Refuse(explanation, 400, RequestRefusals.NoModel);
        }

        if (query.Bounds is { HasModels: true } bounds && !bounds.AllowsModel(model))
        {
            return Refuse(explanation, 403, RequestRefusals.NotOfTheKey(model));
        }

        var attribution = Attribution.Read(asked.Headers, Principal.Local);
        var question = Router.Resolve(
            gateway,
            new RouteQuestion(
                endpoint.Dialect,
                endpoint.IsConversation,
                model,
                explanation.Client,
                query.Key,
                asked.Headers
            )
            {
                Team = query.Team,
                Session = attribution.Session ?? head.Session,
                Agent = attribution.Agent,
                At = at,
                Streams = explanation.Streams,
                BodyLength = asked.Body.Length,
                OutputBound = head.MaxTokens,
                HasThinking = head.HasThinking,
                Traits = new RequestTraits(asked.Body, endpoint.Dialect, head),
            }
        );
        var decision = Router.Decide(gateway, prices, state, question);
        explanation = Fill(
            explanation with
            {
                Alias = question.Alias is null ? null : question.Model,
                Kinds = KindsOf(question),
                Missed = MissedBy(gateway, question),
            },
            Router.RouteFor(gateway, question),
            new Step(asked, head, question, decision, prices, state, gateway.Workspace, gateway.Overrides)
        );
        return gateway.Overrides.Stopped is { } stopped && endpoint.IsMetered
            ? Refuse(explanation, 429, stopped)
            : explanation;
    }

    /// <summary>The words of what conditions may ask of a request, as far as they hold of this one.</summary>
    private static ImmutableArray<string> KindsOf(in RouteQuestion question)
    {
        var kinds = ImmutableArray.CreateBuilder<string>();
        Add("background", ClaudeCodeHelpers.Is(question));
        Add("thinking", question.HasThinking);
        Add("webSearch", question.Traits!.OffersWebSearch);
        Add("image", question.Traits.HasImage);
        Add("subagent", Subagents.Is(question));
        return kinds.ToImmutable();

        void Add(string kind, bool holds)
        {
            if (holds)
            {
                kinds.Add(kind);
            }
        }
    }

    /// <summary>The routes before the one that matches, and why they do not.</summary>
    private static ImmutableArray<MissedRoute> MissedBy(GatewayModel gateway, in RouteQuestion question)
    {
        var missed = ImmutableArray.CreateBuilder<MissedRoute>();
        if (gateway.AliasOf(question.Model)?.Route is null)
        {
            foreach (var route in gateway.Routes)
            {
                if (route.WhyNot(question) is not { } why)
                {
                    break;
                }

                missed.Add(new MissedRoute(route.Name, why));
            }
        }

        return missed.ToImmutable();
    }

    private static RouteExplanation Fill(RouteExplanation explanation, RouteModel? route, in Step step)
    {
        var decision = step.Decision;
        explanation = explanation with
        {
            Route = route?.Name,
            By = decision.Refusal is null ? decision.By : null,
            Strategy = route is null ? null : TargetOrder.WordOf(route.Strategy),
            OrderedBy =
                route is { IsMoved: true } ? "override"
                : decision.Reason == Settlement.AliasReason ? null
                : decision.Reason,
        };
        Conversation? conversation = null;
        foreach (var target in decision.Targets)
        {
            if (conversation is null && UpstreamDialect(target, step) != Dialect.None)
            {
                conversation = TranslatedRequest.Read(
                    explanation.Dialect,
                    step.Asked.Body,
                    explanation.Streams,
                    out var unreadable
                );
                if (conversation is null)
                {
                    return Refuse(explanation, 400, unreadable!);
                }
            }
        }

        var targets = ImmutableArray.CreateBuilder<ExplainedTarget>();
        string? reason = null;
        ProviderModel? first = null;
        // Those that are tried in their order; those that are passed over behind them, or where they are written.
        var shown = route is { IsPlanned: true }
            ? decision.Targets.AddRange(route.Written.RemoveAll(decision.Targets.Contains))
            : route?.Written ?? decision.Targets;
        shown = WithAwayLast(shown, step);
        foreach (var target in shown)
        {
            var explained = decision.Targets.Contains(target)
                ? Explain(target, conversation, explanation.Streams, step)
                : PassedOver(target, step);
            if (explained.Handling != TargetHandling.PassedOver)
            {
                first ??= target.Provider;
                explained = explained with
                {
                    Credential = CredentialOf(target.Provider, first, explained.Handling),
                    Standing = StandingOf(target, route, step),
                    Health = target.Provider.Health.Find(ModelFor(target, step)) is { } health
                        ? HealthView.Of(health)
                        : null,
                };
            }
            else if (!explained.Refused.IsEmpty)
            {
                reason = explained.Reason;
            }

            targets.Add(explained);
        }

        return explanation with
        {
            Targets = targets.ToImmutable(),
            Refusal =
                first is not null ? null
                : decision.Refusal is { } refusal ? new RouteRefusal(decision.Status, refusal)
                : new RouteRefusal(400, reason!),
        };
    }

    /// <summary>Those that are passed over while another one is there come last, the best of them first (<see cref="TargetWalk"/>).</summary>
    private static ImmutableArray<Target> WithAwayLast(ImmutableArray<Target> targets, Step step) =>
        [
            .. targets
                .Select(target => (Target: target, Standing: step.StandingOf(target)))
                .OrderBy(shown =>
                    shown.Standing.Kind is StandingKind.Full or StandingKind.Cooling or StandingKind.Open
                        ? (int)shown.Standing.Kind
                        : 0
                )
                .ThenBy(shown =>
                    shown.Standing.Kind is StandingKind.Cooling or StandingKind.Open ? shown.Standing.For : default
                )
                .Select(shown => shown.Target),
        ];

    private static string? StandingOf(Target target, RouteModel? route, in Step step) =>
        route is { IsPlanned: true }
            ? TargetOrder.Why(
                target,
                step.Decision.Targets,
                new RankContext(step.Workspace, route, step.Question, step.Prices, step.State)
            )
            : null;

    private static ExplainedTarget Explain(Target target, Conversation? conversation, bool streams, in Step step)
    {
        var dialect = UpstreamDialect(target, step);
        if (dialect == Dialect.None || conversation is null)
        {
            return Relayed(target, streams, step);
        }

        if (TranslatedRequest.WhyNot(conversation, target, dialect) is { } why)
        {
            return Shown(target, step, TargetHandling.PassedOver, dialect) with
            {
                Reason = why,
                Refused = NotesOf(Fates.NamesOf(TranslatedRequest.RefusedBy(conversation, target.Provider, dialect))),
            };
        }

        using var translated = TranslatedRequest.Write(
            conversation,
            target.Provider,
            dialect,
            ModelFor(target, step),
            step.Prices
        );
        return Shown(target, step, TargetHandling.Translated, dialect) with
        {
            Dropped = NotesOf(translated.Dropped),
            // Of the caller's headers none goes on.
            Transforms = TransformsOf(target, translated.Body, headers: [], dialect, step),
        };
    }

    /// <summary>As it came, but for the edits, those of the provider's host among them.</summary>
    private static ExplainedTarget Relayed(Target target, bool streams, in Step step)
    {
        var asked = step.Asked;
        var cut = default(FeatureSet);
        IEnumerable<string> edits = EditsOf(target, streams, step);
        if (asked.Endpoint.MayHoldSeals && SealedProofs.Without(asked.Endpoint.Dialect, asked.Body) is not null)
        {
            cut = cut.With(Feature.ThinkingSignature);
            edits = edits.Append("thinking");
        }

        var betas = asked.Headers["anthropic-beta"].ToString();
        var call = new EnvelopeCall(asked.Endpoint.Dialect, ModelFor(target, step), streams);
        if (target.Provider.EditsFor(asked.Body, call, asked.Endpoint.Operation, betas) is { } host)
        {
            _ = host.Pieces();
            cut = cut.Or(host.Cut);
            edits = edits.Concat(host.Changed);
        }

        return Shown(target, step, TargetHandling.Relayed, step.Question.Dialect) with
        {
            Edits = [.. edits.Distinct()],
            Transforms = TransformsOf(target, asked.Body, asked.Headers, Dialect.None, step),
            Dropped = NotesOf(Fates.NamesOf(cut)),
        };
    }

    private static ImmutableArray<string> TransformsOf(
        Target target,
        ReadOnlyMemory<byte> body,
        IEnumerable<KeyValuePair<string, StringValues>> headers,
        Dialect upstream,
        in Step step
    )
    {
        if (target.Transforms is not { } plan)
        {
            return [];
        }

        var scope = TransformScope.Of(step.Asked.Endpoint, upstream, ModelFor(target, step));
        using var request = new HttpRequestMessage();
        foreach (var (name, values) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return [.. plan.ReadsBody(scope) ? plan.Change(body, scope).Names : [], .. plan.Change(request.Headers, scope)];
    }

    private static ExplainedTarget PassedOver(Target target, in Step step) =>
        Shown(target, step, TargetHandling.PassedOver, Dialect.None) with
        {
            Reason = step.Overrides.IsOff(target.Provider.Name)
                ? Router.OffReason(target.Provider)
                : Router.WhyPassedOver(target.Provider, step.Question),
            Credential =
                target.Provider.HasOwnCredential ? TargetCredential.Weir
                : step.Question.MayTranslate && Reach.LacksKey(target.Provider) ? TargetCredential.Missing
                : TargetCredential.None,
        };

    private static ExplainedTarget Shown(Target target, in Step step, TargetHandling handling, Dialect dialect) =>
        new()
        {
            Provider = target.Provider.Name,
            Kind = target.Provider.Kind,
            Model = ModelFor(target, step),
            Handling = handling,
            Dialect = dialect,
            Credential = target.Provider.HasOwnCredential ? TargetCredential.Weir : TargetCredential.None,
        };

    private static Dialect UpstreamDialect(Target target, in Step step) =>
        step.Question.MayTranslate
            ? Reach.UpstreamDialect(target.Provider, step.Question.Dialect, ModelFor(target, step))
            : Dialect.None;

    private static string ModelFor(Target target, in Step step) =>
        target.Model ?? step.Decision.Model ?? step.Question.Model;

    private static ImmutableArray<string> EditsOf(Target target, bool streams, in Step step)
    {
        var edits = ImmutableArray.CreateBuilder<string>(2);
        var model = ModelFor(target, step);
        // Gemini's stands in the path, and is replaced there.
        if (UpstreamRequest.Renames(step.Head, model) || (step.Head.Model is null && model != step.Question.Model))
        {
            edits.Add("model");
        }

        if (UpstreamRequest.AddsUsage(step.Question.Dialect, streams, step.Head))
        {
            edits.Add("stream_options");
        }

        return edits.ToImmutable();
    }

    private static TargetCredential CredentialOf(
        ProviderModel provider,
        ProviderModel first,
        TargetHandling handling
    ) =>
        provider.Credential is not null ? TargetCredential.Weir
        : handling == TargetHandling.Translated || provider.Kind == ProviderKind.Simulator ? TargetCredential.None
        : UpstreamRequest.IsMeantFor(first, provider) ? TargetCredential.Caller
        : TargetCredential.None;

    private static ImmutableArray<FeatureNote> NotesOf(ImmutableArray<string> names) =>
        [.. names.Select(name => new FeatureNote(name, NoteOn(name)))];

    private static string? NoteOn(string name) =>
        Fates.All.First(row => row.Name == name).How is { Length: > 0 } how ? how : null;

    private static RouteExplanation Refuse(RouteExplanation explanation, int status, string reason) =>
        explanation with
        {
            Refusal = new RouteRefusal(status, reason),
        };

    /// <summary>A request whose route is decided.</summary>
    private readonly record struct Step(
        AskedRequest Asked,
        RequestHead Head,
        RouteQuestion Question,
        RouteDecision Decision,
        PriceSnapshot Prices,
        RouteState State,
        WorkspaceId Workspace,
        OverrideView Overrides
    )
    {
        /// <summary>How a target stands now.</summary>
        public Standing StandingOf(Target target) =>
            target.Provider.Health.Find(ModelFor(target, this))?.Stand() ?? Standing.Ready;
    }
}
