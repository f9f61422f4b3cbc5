using System.Globalization;
using System.Text.Json;
using Weir.Bench.Ledger;

// What a ledger costs to fill and to ask. bench/ledger.sh calls it.
const string Usage = """
usage: Weir.Bench.Ledger fill FOLDER COUNT                fills a ledger with a year of COUNT requests
       Weir.Bench.Ledger duck LIBRARY FILE COUNT          fills a file of DuckDB's with the same
       Weir.Bench.Ledger ask FOLDER TIMES [LIBRARY FILE]  asks what pages ask
       Weir.Bench.Ledger one FOLDER TIMES TEXT            asks the questions with a text in their names alone, for a profiler
       Weir.Bench.Ledger archive FOLDER                   archives every month, and asks for what is in them
       Weir.Bench.Ledger busy FOLDER SECONDS              a hundred people ask while a thousand sessions write
""";

switch (args)
{
    case ["fill", var folder, var count]:
        Tell(await Fill.RunAsync(folder, Number(count)));
        return 0;
    case ["duck", var library, var file, var count]:
        DuckFill.Run(library, file, Number(count));
        return 0;
    case ["ask", var folder, var times]:
        Tell(await Ask.RunAsync(folder, (int)Number(times), null, null, ""));
        return 0;
    case ["one", var folder, var times, var text]:
        Tell(await Ask.RunAsync(folder, (int)Number(times), null, null, text));
        return 0;
    case ["ask", var folder, var times, var library, var file]:
        Tell(await Ask.RunAsync(folder, (int)Number(times), file, library, ""));
        return 0;
    case ["archive", var folder]:
        Tell(await ArchiveAll.RunAsync(folder));
        return 0;
    case ["busy", var folder, var seconds]:
        Tell(await Busy.RunAsync(folder, (int)Number(seconds)));
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

static void Tell(object figures) => Console.WriteLine(JsonSerializer.Serialize(figures));
