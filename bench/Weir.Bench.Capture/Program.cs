using System.Globalization;
using System.Text.Json;
using Weir.Bench.Capture;

// What it costs to capture. bench/capture.sh calls it.
const string Usage = """
usage: Weir.Bench.Capture scan HOME DATA             reads the agents' logs below HOME into the data folder DATA
       Weir.Bench.Capture session FILE COUNT         writes a session of COUNT requests
       Weir.Bench.Capture follow URL KEY FILE COUNT  writes COUNT requests and waits for each on the live feed
""";

switch (args)
{
    case ["scan", var home, var data]:
        Tell(await Scan.RunAsync(home, data));
        return 0;
    case ["session", var file, var count]:
        var transcript = new Transcript(file, Path.GetFileNameWithoutExtension(file));
        var requests = int.Parse(count, CultureInfo.InvariantCulture);
        var first = TimeProvider.System.GetUtcNow().AddSeconds(-2 * requests);
        for (var i = 0; i < requests; i++)
        {
            transcript.Add(first.AddSeconds(i));
        }

        return 0;
    case ["follow", var url, var key, var file, var count]:
        Tell(await Following.RunAsync(new Uri(url), key, file, int.Parse(count, CultureInfo.InvariantCulture)));
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static void Tell(object figures) => Console.WriteLine(JsonSerializer.Serialize(figures));
