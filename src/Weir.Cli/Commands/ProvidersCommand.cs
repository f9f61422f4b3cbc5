using System.CommandLine;
using System.Globalization;
using Weir.Cli.Output;
using Weir.Client;
using Weir.Client.Json;

namespace Weir.Cli.Commands;

/// <summary><c>weir providers</c>.</summary>
internal static class ProvidersCommand
{
    public static Command Create()
    {
        var command = new Command("providers", "How the providers stand for each model that was asked for there")
        {
            CommonOptions.Json,
        }.WithServer();
        command.SetAction(
            (parsed, cancellationToken) =>
                CommandRun.WithServerAsync(
                    parsed,
                    async client =>
                    {
                        var list = await client.ProviderHealthAsync(cancellationToken);
                        if (parsed.GetValue(CommonOptions.Json))
                        {
                            CommandRun.WriteJson(list, WeirJsonIndented.Written.ProviderHealthList);
                        }
                        else
                        {
                            Show(list);
                        }
                    },
                    cancellationToken
                )
        );
        return command.WithExamples("weir providers", "weir providers --json");
    }

    /// <summary>How a model stands, in a few words.</summary>
    public static string Words(ModelHealthItem model) =>
        model.ForSeconds is { } seconds
            ? string.Create(CultureInfo.InvariantCulture, $"{model.Stands} for {seconds:0.#} s")
        : model.Stands == "returning"
            ? string.Create(CultureInfo.InvariantCulture, $"returning, {model.Share:P0} of the requests")
        : model.Stands;

    private static void Show(ProviderHealthList list)
    {
        if (list.Providers.Count == 0)
        {
            CommandRun.Note("no provider is configured");
            return;
        }

        var table = new TextTable("PROVIDER", "MODEL", "STANDS", ">FAILED", ">UNDER WAY", ">AT MOST");
        foreach (var provider in list.Providers)
        {
            if (provider.Models.Count == 0)
            {
                table.Add(
                    Figures.Name(provider.Provider),
                    "",
                    provider.Off ? "switched off" : "not asked yet",
                    "",
                    "",
                    ""
                );
            }

            foreach (var model in provider.Models)
            {
                table.Add(
                    Figures.Name(provider.Provider),
                    Figures.Name(model.Model),
                    provider.Off ? "switched off" : Words(model),
                    model.Failures == 0
                        ? ""
                        : string.Create(CultureInfo.InvariantCulture, $"{model.Failures} of {model.Attempts}"),
                    model.UnderWay?.ToString(CultureInfo.InvariantCulture) ?? "",
                    model.Limit?.ToString(CultureInfo.InvariantCulture) ?? ""
                );
            }
        }

        table.Write();
    }
}
