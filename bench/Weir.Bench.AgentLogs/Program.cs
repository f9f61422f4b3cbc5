using System.Diagnostics;
using Weir.Bench.AgentLogs;

// Writes the files of a heavy user of Claude Code, the same for the same seed, and what they truly hold.
if (HomeOptions.Read(args) is not { } options)
{
    await Console.Error.WriteLineAsync(HomeOptions.Usage);
    return 2;
}

var clock = Stopwatch.StartNew();
var truth = HomeWriter.Write(options);
var json = truth.ToJson();
if (options.TruthFile is { } file)
{
    await File.WriteAllTextAsync(file, json);
}
else
{
    Console.WriteLine(json);
}

await Console.Error.WriteLineAsync(
    $"{truth.Files} files, {truth.Bytes / 1e6:F0} MB, {truth.Lines} lines, {truth.Total.Requests} requests in {clock.Elapsed.TotalSeconds:F1} s"
);
return 0;
