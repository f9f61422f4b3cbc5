using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Weir.Identity.Secrets;

/// <summary>
/// Asks another program for the key ring: run without a shell, with its input closed, for a bounded time and a bounded
/// answer. What it writes is never shown, also not in a failure.
/// </summary>
internal static class KeyCommand
{
    /// <summary>How long it may take.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>What it wrote to its standard output, or why there is nothing to use.</summary>
    /// <param name="command">The program, by its path or by a name to look for, and its arguments; not empty.</param>
    /// <param name="clock">What measures the time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<(string? Text, string? Failure)> RunAsync(
        ImmutableArray<string> command,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var process = new Process { StartInfo = StartInfo(command) };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return (null, $"{command[0]} cannot be started: {e.Message}");
        }

        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, either.Token);
            var text = await ReadAsync(process.StandardOutput, either.Token);
            if (text is null)
            {
                return (null, $"{command[0]} wrote more than a key ring can hold");
            }

            await errors;
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? (text, null)
                : (
                    null,
                    string.Create(CultureInfo.InvariantCulture, $"{command[0]} ended with exit code {process.ExitCode}")
                );
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return (
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{command[0]} did not end within {Patience.TotalSeconds:0} seconds"
                )
            );
        }
        finally
        {
            End(process);
        }
    }

    private static ProcessStartInfo StartInfo(ImmutableArray<string> command) =>
        new(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

    /// <summary>Null when there is more than a ring can hold.</summary>
    private static async Task<string?> ReadAsync(StreamReader output, CancellationToken cancellationToken)
    {
        var buffer = new char[MasterKeys.LongestText + 1];
        var length = await output.ReadBlockAsync(buffer, cancellationToken);
        var text = length < buffer.Length ? new string(buffer, 0, length) : null;
        buffer.AsSpan().Clear();
        return text;
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
