using System.Diagnostics;
using System.Globalization;

namespace Weir.Fuzz.Engine;

/// <summary>
/// Fuzzes one target after another. The input at hand stands in a file, so that one which ends the process is not lost;
/// one that takes longer than <see cref="Hang"/> is printed and ends the process.
/// </summary>
internal sealed class Runner(int seed, string? corpus) : IDisposable
{
    /// <summary>The time after which an input counts as endless. Far above what any takes, also on a busy machine.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private ITimer? watch;
    private (FuzzTarget Target, byte[] Input, long Since)? current;

    /// <summary>Where failing inputs are written.</summary>
    public static string Folder { get; } = Path.Combine(Fixtures.Root, "artifacts", "fuzz");

    /// <summary>Runs one input.</summary>
    /// <returns>Why it fails; null when it passes.</returns>
    public static Exception? Try(FuzzTarget target, byte[] input, out string shape)
    {
        shape = "";
        try
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            shape = target.Run(input);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            return allocated <= target.MostAllocated
                ? null
                : new OracleException("memory is bounded", $"{allocated} bytes were allocated");
        }
        catch (Exception fault)
        {
            return fault;
        }
    }

    /// <summary>What each target has had, in the order of their runs.</summary>
    public List<RunTally> Tallies { get; } = [];

    /// <summary>Fuzzes a target for so long.</summary>
    /// <returns>Whether every input passed.</returns>
    public bool Fuzz(FuzzTarget target, Budget budget)
    {
        Directory.CreateDirectory(Folder);
        watch ??= TimeProvider.System.CreateTimer(_ => Watch(), null, Hang, TimeSpan.FromSeconds(1));
        var random = new Random(seed);
        var pool = new Pool(random);
        var mutator = new Mutator(random, target.Words, target.LongestInput);
        var clock = Stopwatch.StartNew();
        var processor = Budget.Processor;
        var tried = 0L;
        var atHand = Path.Combine(Folder, $"{target.Name}.at-hand");
        using (var file = File.OpenHandle(atHand, FileMode.Create, FileAccess.Write))
        {
            var seeds = new Queue<byte[]>([
                [],
                .. target.Seeds(),
                .. Saved(target),
            ]);
            while (seeds.Count > 0 || !budget.IsUsedUp(clock, processor))
            {
                var isSeed = seeds.TryDequeue(out var input);
                input ??= mutator.Mutate(pool.Pick(), pool.Pick());
                RandomAccess.Write(file, input, 0);
                RandomAccess.SetLength(file, input.Length);
                Note((target, input, Stopwatch.GetTimestamp()));
                var fault = Try(target, input, out var shape);
                Note(null);
                tried++;
                if (fault is not null)
                {
                    Report(target, input, fault, tried);
                    return false;
                }

                if (isSeed)
                {
                    pool.Add(input);
                }

                if (pool.Offer(input, shape) && !isSeed)
                {
                    Save(target, input);
                }
            }
        }

        File.Delete(atHand);
        Tallies.Add(new RunTally(target.Name, tried, Budget.Processor - processor).Kept(corpus));
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"   {target.Name}: {tried} inputs, {pool.Shapes} shapes")
        );
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => watch?.Dispose();

    private void Report(FuzzTarget target, byte[] input, Exception fault, long tried)
    {
        var kind = Kind(fault);
        var smallest = Minimiser.Minimise(
            input,
            candidate => Try(target, candidate, out _) is { } again && Kind(again) == kind
        );
        var path = Write(target, smallest);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"   {target.Name}: FAILED at input {tried} of seed {seed}, {smallest.Length} bytes when minimised"
            )
        );
        Console.WriteLine(Try(target, smallest, out _));
        PrintCommand(target, path);
    }

    private static string Kind(Exception fault) =>
        fault is OracleException oracle
            ? oracle.Rule
            : $"{fault.GetType()} {new StackTrace(fault).GetFrame(0)?.GetMethod()?.Name}";

    private static string Write(FuzzTarget target, byte[] input)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..12];
        var path = Path.Combine(Folder, $"{target.Name}-{hash}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }

    private static void PrintCommand(FuzzTarget target, string path) =>
        Console.WriteLine(
            $"   repeat it: dotnet run --project tests/Weir.Fuzz -- --target {target.Name} --input {Path.GetRelativePath(Fixtures.Root, path)}"
        );

    private IEnumerable<byte[]> Saved(FuzzTarget target)
    {
        var folder = corpus is null ? null : Path.Combine(corpus, target.Name);
        return folder is not null && Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            : [];
    }

    private void Save(FuzzTarget target, byte[] input)
    {
        if (corpus is not null)
        {
            var folder = Directory.CreateDirectory(Path.Combine(corpus, target.Name)).FullName;
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input))[..16];
            File.WriteAllBytes(Path.Combine(folder, hash), input);
        }
    }

    private void Note((FuzzTarget, byte[], long)? next)
    {
        lock (gate)
        {
            current = next;
        }
    }

    private void Watch()
    {
        (FuzzTarget Target, byte[] Input, long Since)? seen;
        lock (gate)
        {
            seen = current;
        }

        if (seen is { } slow && Stopwatch.GetElapsedTime(slow.Since) > Hang)
        {
            Console.WriteLine($"   {slow.Target.Name}: FAILED, an input takes longer than {Hang.TotalSeconds} s");
            PrintCommand(slow.Target, Write(slow.Target, slow.Input));
            Environment.Exit(1);
        }
    }
}
