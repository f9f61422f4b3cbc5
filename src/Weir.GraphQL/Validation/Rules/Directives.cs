using System.Collections.Immutable;
using Weir.GraphQL.Language;

namespace Weir.GraphQL.Validation.Rules;

/// <summary>Directives are there, and may stand where they do.</summary>
internal sealed class KnownDirectives(ValidationContext context) : Rule(context)
{
    public override void Directives(ImmutableArray<DirectiveNode> directives, string place)
    {
        foreach (var directive in directives)
        {
            if (Schema.FindDirective(directive.Name) is not { } known)
            {
                Report($"There is no directive {Quote("@" + directive.Name)}.", directive);
            }
            else if (!known.Locations.Contains(place))
            {
                Report($"@{known.Name} may not stand at {place}.", directive);
            }
        }
    }
}

/// <summary>A directive stands in one place once, unless it may do so several times.</summary>
internal sealed class UniqueDirectivesPerLocation(ValidationContext context) : Rule(context)
{
    public override void Directives(ImmutableArray<DirectiveNode> directives, string place)
    {
        var known = new Dictionary<string, DirectiveNode>(StringComparer.Ordinal);
        foreach (var directive in directives)
        {
            if (
                Schema.FindDirective(directive.Name) is { IsRepeatable: false }
                && !known.TryAdd(directive.Name, directive)
            )
            {
                Report($"@{directive.Name} stands here twice.", known[directive.Name], directive);
            }
        }
    }
}
