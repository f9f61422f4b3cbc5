using System.Globalization;
using Weir.Client;

namespace Weir.Cli.Output;

/// <summary>What providers answered, for people.</summary>
internal static class LiveCheckText
{
    /// <summary>Writes it.</summary>
    public static void Write(ConfigLiveCheck check)
    {
        var table = new TextTable("PROVIDER", "ANSWER", ">TIME", ">MODELS", "DETAIL");
        foreach (var provider in check.Providers)
        {
            var missing = provider.Missing.Select(Figures.Name);
            table.Add(
                Figures.Name(provider.Name),
                provider.Outcome,
                provider.Milliseconds is { } took ? string.Create(CultureInfo.InvariantCulture, $"{took:0} ms") : "",
                provider.Models is { } models ? Figures.Count(models) : "",
                provider.Missing.Count > 0 ? $"does not list {string.Join(", ", missing)}"
                    : provider.Detail is { } detail ? Figures.Name(detail)
                    : ""
            );
        }

        table.Write();
    }
}
