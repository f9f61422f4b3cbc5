using System.Collections.Immutable;
using System.Net.Http.Headers;
using Weir.Foundation;
using Weir.Gateway.Transforms.Steps;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Transforms;

/// <summary>What is changed in requests to one target: its route's transforms, its own, its provider's. Immutable and thread-safe.</summary>
internal sealed class TransformPlan
{
    private readonly ImmutableArray<BodyStep> fields;
    private readonly ImmutableArray<HeaderStep> headers;

    private TransformPlan(ImmutableArray<TransformStep> steps, ImmutableArray<TransformConfig> configs)
    {
        Bounds = new OutputBounds(configs);
        fields = [.. steps.OfType<BodyStep>()];
        headers = [.. steps.OfType<HeaderStep>()];
    }

    /// <summary>
    /// The lists one after the other; null when all are empty. The provider's come last: what its owner bounds, no route of a
    /// workspace widens.
    /// </summary>
    public static TransformPlan? Of(params ReadOnlySpan<ImmutableArray<TransformConfig>> lists)
    {
        var steps = ImmutableArray.CreateBuilder<TransformStep>();
        var configs = ImmutableArray.CreateBuilder<TransformConfig>();
        foreach (var list in lists)
        {
            foreach (var config in list)
            {
                steps.Add(StepOf(config));
                configs.Add(config);
            }
        }

        return steps.Count == 0 ? null : new TransformPlan(steps.ToImmutable(), configs.ToImmutable());
    }

    /// <summary>What it may make of a request's size.</summary>
    public OutputBounds Bounds { get; }

    /// <summary>Whether a request's body is looked at.</summary>
    public bool ReadsBody(in TransformScope scope)
    {
        foreach (var step in fields)
        {
            if (step.Holds(scope))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What becomes of a body.</summary>
    /// <param name="json">The body, uncompressed, in the target's dialect.</param>
    /// <param name="scope">What it is.</param>
    public BodyChanges Change(ReadOnlyMemory<byte> json, in TransformScope scope)
    {
        var body = new OpenedBody(json, hasTwoSpellings: scope.Dialect == Dialect.Gemini);
        if (scope is { IsCount: true, Dialect: Dialect.Gemini } && !body.Narrow("generateContentRequest"u8))
        {
            // A count of contents alone has no room for anything else.
            return new BodyChanges([], [], body.IsUnreadable);
        }

        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var step in fields)
        {
            if (step.Holds(scope) && step.Apply(body, scope.Dialect))
            {
                names.Add(step.Name);
            }
        }

        return body.IsUnreadable
            ? new BodyChanges([], [], IsUnreadable: true)
            : new BodyChanges(body.Edits(), names.ToImmutable(), IsUnreadable: false);
    }

    /// <summary>Changes headers, and names the steps that found something to change.</summary>
    public ImmutableArray<string> Change(HttpRequestHeaders to, in TransformScope scope)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var step in headers)
        {
            if (step.Holds(scope) && step.Apply(to))
            {
                names.Add(step.Name);
            }
        }

        return names.ToImmutable();
    }

    private static TransformStep StepOf(TransformConfig config) =>
        config.Action switch
        {
            TransformAction.Set or TransformAction.Default => new SetField(config),
            TransformAction.Remove => new RemoveField(config),
            TransformAction.Rename => new RenameField(config),
            TransformAction.Clamp => new ClampField(config),
            TransformAction.System => new SystemText(config),
            TransformAction.SetHeader => new SetHeader(config),
            TransformAction.AddHeader => new AddHeader(config),
            TransformAction.RemoveHeader => new RemoveHeader(config),
            TransformAction.RenameHeader => new RenameHeader(config),
            _ => throw new ArgumentOutOfRangeException(nameof(config)),
        };
}

/// <summary>What transforms make of a body.</summary>
/// <param name="Edits">Edits of its bytes; empty for none.</param>
/// <param name="Names">The steps that found something to change.</param>
/// <param name="IsUnreadable">Whether it cannot be read where a step looks, so that nothing was changed.</param>
internal readonly record struct BodyChanges(List<BodyEdit> Edits, ImmutableArray<string> Names, bool IsUnreadable);
