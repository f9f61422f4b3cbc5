using Microsoft.AspNetCore.Http;
using Weir.Client;
using Weir.Client.Json;
using Weir.Exports;
using Weir.Foundation;
using Weir.Identity;
using Weir.Ledger;
using Weir.Server.Api;
using Weir.Server.Api.Usage;

namespace Weir.Server.Exports;

/// <summary>
/// An export's question, read as a usage route reads its query string: the same filters by the same names, with the same faults.
/// </summary>
/// <param name="Format">Into what.</param>
/// <param name="Query">Of which requests; its grouping is a report's.</param>
internal sealed record ExportQuestion(ExportFormat Format, UsageQuery Query)
{
    private static readonly UsageDimension ByModel = new(UsageDimensionKind.Model);

    /// <summary>Reads the query string of a route that answers at once.</summary>
    /// <returns>The question, unless something was not understood.</returns>
    public static (ExportQuestion? Question, IReadOnlyDictionary<string, string> Errors) Read(
        HttpRequest request,
        ApiCaller caller,
        TimeProvider clock
    )
    {
        var reader = new UsageQueryReader(request, groupsByPeriod: false, "format", "groupBy");
        var query = reader.Read(caller, clock);
        var format = ExportFormats.Parse(reader.One("format") ?? "csv");
        if (format is null)
        {
            reader.Fault("format", ExportFormats.Names);
        }
        else if (format != ExportFormat.Pdf && !query.GroupBy.IsEmpty)
        {
            reader.Fault("groupBy", "only a pdf shows sums: other formats hold single requests");
        }

        if (reader.Errors.Count > 0)
        {
            return (null, reader.Errors);
        }

        query = format == ExportFormat.Pdf && query.GroupBy.IsEmpty ? query with { GroupBy = [ByModel] } : query;
        return (new ExportQuestion(format!.Value, query), reader.Errors);
    }

    /// <summary>Reads what was sent to make a file of.</summary>
    public static (ExportQuestion? Question, IReadOnlyDictionary<string, string> Errors) Read(
        NewExport asked,
        ApiCaller caller,
        TimeProvider clock
    )
    {
        var query = new UsageQueryString().With("format", asked.Format).With("from", asked.From).With("to", asked.To);
        foreach (var group in asked.GroupBy ?? [])
        {
            query.With("groupBy", group);
        }

        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in asked.Filters ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            if (name is "format" or "from" or "to" or "groupBy")
            {
                errors[$"filters.{name}"] = "is no filter";
            }

            foreach (var value in values)
            {
                query.With(name, value);
            }
        }

        if (errors.Count > 0)
        {
            return (null, errors);
        }

        return Read(Request(query), caller, clock);
    }

    /// <summary>Reads what was kept of an export that begins, or begins again.</summary>
    /// <exception cref="ExportException">It cannot be read any more: a newer version asks otherwise.</exception>
    public static ExportQuestion Read(ExportEntry entry, TimeProvider clock)
    {
        var asked = new NewExport
        {
            Format = entry.Format,
            From = UtcTimeConverter.ToText(entry.From),
            // To the tick: what began in the last second is asked for too.
            To = UtcTimeConverter.ToText(entry.To),
            Filters = entry.Filters.ToDictionary(
                filter => filter.Key,
                filter => (IReadOnlyList<string>)filter.Value,
                StringComparer.Ordinal
            ),
            GroupBy = entry.GroupBy,
        };
        var caller = new ApiCaller(
            new Principal { Workspace = new WorkspaceId(entry.Workspace), Permissions = default },
            () => true
        )
        {
            MayNow = () => default,
            Scope = entry.Scope,
        };
        var (question, errors) = Read(asked, caller, clock);
        return question
            ?? throw new ExportException(string.Join("; ", errors.Select(error => $"{error.Key}: {error.Value}")));
    }

    private static HttpRequest Request(UsageQueryString query) =>
        new DefaultHttpContext { Request = { QueryString = new QueryString(query.ToString()) } }.Request;
}
