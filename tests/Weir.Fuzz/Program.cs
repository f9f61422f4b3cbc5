// Feeds mutated bytes to everything in Weir that reads bytes from outside.
//   Weir.Fuzz                                          lists the targets
//   Weir.Fuzz --target NAME|GROUP|all [--seconds N] [--seed N] [--corpus DIR]
//   Weir.Fuzz --target NAME --input FILE               one input again
// --seconds (60) is for each group, whose targets share it. Exit codes: 0 all passed, 1 a fault, 2 wrong use.
using System.Globalization;
using Weir.Fuzz;
using Weir.Fuzz.Engine;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i < args.Length; i += 2)
{
    if (args[i] is not ("--target" or "--seconds" or "--seed" or "--corpus" or "--input") || i + 1 == args.Length)
    {
        return Usage($"what is {args[i]}?");
    }

    options[args[i]] = args[i + 1];
}

if (args.Length == 0)
{
    foreach (var target in Registry.Targets)
    {
        Console.WriteLine($"{target.Group, -10} {target.Name}");
    }

    return 0;
}

var name = options.GetValueOrDefault("--target", "all");
var chosen = Registry.Targets.Where(t => name == "all" || t.Name == name || t.Group == name).ToList();
if (
    chosen.Count == 0
    || !Number("--seconds", 60, out var seconds)
    || !Number("--seed", Random.Shared.Next(), out var seed)
)
{
    return Usage(chosen.Count == 0 ? $"there is no target {name}" : "a whole number was expected");
}

if (options.TryGetValue("--input", out var file))
{
    var fault = Runner.Try(chosen[0], File.ReadAllBytes(file), out var shape);
    Console.WriteLine(fault?.ToString() ?? $"passes: {shape}");
    return fault is null ? 0 : 1;
}

Console.WriteLine($"   seed {seed}");
var failed = 0;
using (var runner = new Runner(seed, options.GetValueOrDefault("--corpus")))
{
    foreach (var group in chosen.GroupBy(target => target.Group))
    {
        var share = TimeSpan.FromSeconds(seconds) / group.Count();
        failed += group.Count(target => !runner.Fuzz(target, share));
    }
}

// The words of the other suites' last line, which ./test.sh adds up.
Console.WriteLine($"   Total: {chosen.Count}, Errors: 0, Failed: {failed}, Skipped: 0, Not Run: 0");
return failed == 0 ? 0 : 1;

bool Number(string option, int otherwise, out int value)
{
    value = otherwise;
    return !options.TryGetValue(option, out var text)
        || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

static int Usage(string fault)
{
    Console.Error.WriteLine($"Weir.Fuzz: {fault}. See the head of Program.cs.");
    return 2;
}
