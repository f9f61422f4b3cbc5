using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Weir.Server;
using Weir.Server.DataFolder;

namespace Weir.Cli.StatusLine;

/// <summary>
/// <c>weir statusline</c>: reads what Claude Code gives on standard input, prints one line. It is started for every line, so
/// nothing is loaded that the line does not need: no command-line library, no HTTP client, no ledger, no zone. It never reads
/// logs and never fails: whatever is missing is left out.
/// </summary>
internal static class StatusLineProgram
{
    private const int MostInput = 256 * 1024;

    /// <summary>Runs it when the command line is one of its plain ones; others (help, completion, mistakes) are left to the rest.</summary>
    public static bool TryRun(string[] arguments, out int exitCode)
    {
        exitCode = ExitCodes.Ok;
        if (arguments is not ["statusline", ..] || StatusLineOptions.Read(arguments.AsSpan(1)) is not { } options)
        {
            return false;
        }

        Run(options);
        return true;
    }

    /// <summary>Reads standard input and prints the line.</summary>
    public static void Run(StatusLineOptions options)
    {
        try
        {
            var clock = TimeProvider.System;
            var input = StatusLineInput.Read(ReadInput());
            var now = clock.GetUtcNow();
            var dataFolder = options.Data is { Length: > 0 } chosen
                ? Path.GetFullPath(chosen)
                : DataFolders.Default(Environment.GetEnvironmentVariable);
            var (known, from) = StatusLineSource.Find(options, dataFolder, input, now, clock);
            var facts = new StatusLineFacts(input, known, now);
            var text = options.Json ? facts.ToJson(from) : facts.ToText(options.Color);
            using var output = Standard(1, FileAccess.Write);
            output.Write(Encoding.UTF8.GetBytes(text + "\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            // Nobody reads any more, or the folder's name is none: a status line says nothing then.
        }
    }

    // The console makes encodings, readers and terminal settings of its own.
    private static Stream Standard(int number, FileAccess access) =>
        !OperatingSystem.IsWindows()
            ? new FileStream(new SafeFileHandle(number, ownsHandle: false), access, bufferSize: 0)
        : number == 0 ? Console.OpenStandardInput()
        : Console.OpenStandardOutput();

    private static byte[] ReadInput()
    {
        if (!Console.IsInputRedirected)
        {
            return [];
        }

        using var input = Standard(0, FileAccess.Read);
        var buffer = new byte[8192];
        var length = 0;
        while (input.Read(buffer.AsSpan(length)) is > 0 and var read)
        {
            length += read;
            if (length > MostInput)
            {
                return [];
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return buffer.AsSpan(0, length).ToArray();
    }
}
