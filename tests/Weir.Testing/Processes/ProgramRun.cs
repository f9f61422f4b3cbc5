using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Weir.Testing;

/// <summary>How a program ended and what it said.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Standard output as one JSON document.</summary>
    public JsonElement Json() => Parse(Output);

    /// <summary>Standard output as one JSON document a line.</summary>
    public IReadOnlyList<JsonElement> JsonLines() =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>Both outputs, for the message of a failed assertion.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- errors\n{Errors}";

    private JsonElement Parse(string text)
    {
        try
        {
            return VendorJson.Parse(text);
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"Not JSON: {this}", e);
        }
    }
}

/// <summary>Runs a program to its end.</summary>
public static class ProgramRun
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Runs a program with nothing in its environment but PATH and what is given, and not for longer
    /// than <paramref name="longest"/>, three minutes when null.
    /// </summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="folder">Where it runs; null for the folder of temporary files.</param>
    /// <param name="longest">How long it may take.</param>
    /// <param name="input">Its standard input; null for none.</param>
    public static async Task<ProgramResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        TimeSpan? longest = null,
        string? input = null
    )
    {
        using var process = Process.Start(StartInfo(file, arguments, environment, folder))!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(longest ?? Longest);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} did not end: {await output}\n{await errors}", e);
        }

        return new ProgramResult(process.ExitCode, await output, await errors);
    }

    /// <summary>
    /// Runs a program that answers each line of its input with lines of output, and gives it the next when the one before is
    /// answered; then its input ends. Else as <see cref="RunAsync"/>.
    /// </summary>
    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="folder">Where it runs; null for the folder of temporary files.</param>
    /// <param name="lines">What it is told.</param>
    /// <param name="isAnswered">Whether a line of output ends an answer.</param>
    public static async Task<ProgramResult> TalkAsync(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string? folder,
        IEnumerable<string> lines,
        Func<string, bool> isAnswered
    )
    {
        using var process = Process.Start(StartInfo(file, arguments, environment, folder))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = new StringBuilder();
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            foreach (var line in lines)
            {
                await process.StandardInput.WriteLineAsync(line.AsMemory(), limit.Token);
                await process.StandardInput.FlushAsync(limit.Token);
                string? said;
                do
                {
                    said = await process.StandardOutput.ReadLineAsync(limit.Token);
                    output.AppendLine(said);
                } while (said is not null && !isAnswered(said));
            }

            process.StandardInput.Close();
            output.Append(await process.StandardOutput.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{file} did not end: {output}\n{await errors}", e);
        }

        return new ProgramResult(process.ExitCode, output.ToString(), await errors);
    }

    /// <summary>Those of this process's variables that are set, for a program that needs them.</summary>
    public static IReadOnlyDictionary<string, string> Inherited(params string[] names) =>
        names
            .Select(name => (name, Value: Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null)
            .ToDictionary(variable => variable.name, variable => variable.Value!);

    internal static ProcessStartInfo StartInfo(
        string file,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? folder
    )
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        var kept = new[] { "PATH", "DOTNET_ROOT" }
            .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
            .Where(v => v.Value is not null)
            .ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
