using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Weir.Testing;

/// <summary>
/// A command of <c>sh</c> in a terminal of its own (by util-linux' <c>script</c>): keys go in, a screen comes out. Ended when
/// disposed.
/// </summary>
public sealed class PseudoTerminal : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder;
    private readonly Process process;
    private readonly TerminalScreen screen = new();
    private readonly StringBuilder raw = new();
    private readonly Task reading;

    private PseudoTerminal(TemporaryFolder folder, Process process)
    {
        this.folder = folder;
        this.process = process;
        reading = ReadAsync();
    }

    /// <summary>What the screen shows now.</summary>
    public string Text => Look(it => it.Text);

    /// <summary>What was written outside the full screen.</summary>
    public string Outside => Look(it => it.Outside);

    /// <summary>Everything that was written, as it was.</summary>
    public string Raw
    {
        get
        {
            lock (screen)
            {
                return raw.ToString();
            }
        }
    }

    /// <summary>Starts a command.</summary>
    /// <param name="command">For <c>sh</c>.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Lines.</param>
    /// <param name="environment">Its environment; <c>TERM</c> is <c>xterm-256color</c> when it does not say.</param>
    public static PseudoTerminal Start(
        string command,
        int width,
        int height,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var folder = new TemporaryFolder();
        var variables = new Dictionary<string, string>(environment);
        variables.TryAdd("TERM", "xterm-256color");
        variables.TryAdd("LANG", "C.UTF-8");
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"tty >{folder.At("tty")}; stty rows {height} cols {width}; {command}"
        );
        var start = ProgramRun.StartInfo("script", ["-qec", script, "/dev/null"], variables, folder: null);
        start.StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        start.StandardOutputEncoding = Encoding.UTF8;
        return new PseudoTerminal(folder, Process.Start(start)!);
    }

    /// <summary>What the screen says of itself.</summary>
    public T Look<T>(Func<TerminalScreen, T> at)
    {
        lock (screen)
        {
            return at(screen);
        }
    }

    /// <summary>Types.</summary>
    public async Task TypeAsync(string keys)
    {
        await process.StandardInput.WriteAsync(keys);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Makes the terminal another size.</summary>
    public async Task ResizeAsync(int width, int height)
    {
        var result = await ProgramRun.RunAsync(
            "stty",
            ["-F", (await File.ReadAllTextAsync(folder.At("tty"))).Trim(), "rows", $"{height}", "cols", $"{width}"]
        );
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException(result.ToString());
        }
    }

    /// <summary>Waits until the screen is as it should be.</summary>
    public async Task UntilAsync(Func<TerminalScreen, bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!Look(condition))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"The terminal did not {what} within {Patience}:\n{Text}\n---\n{Outside}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Waits until the command has ended.</summary>
    public async Task EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The command did not end:\n{Text}\n---\n{Outside}", e);
        }

        await reading;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        await reading;
        process.Dispose();
        folder.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await process.StandardOutput.ReadAsync(buffer.AsMemory()) is > 0 and var length)
        {
            lock (screen)
            {
                var text = new string(buffer, 0, length);
                raw.Append(text);
                screen.Write(text);
            }
        }
    }
}
