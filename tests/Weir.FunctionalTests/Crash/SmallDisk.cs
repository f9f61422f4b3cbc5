using System.Diagnostics;
using System.Globalization;
using Weir.Testing;

namespace Weir.FunctionalTests.Crash;

/// <summary>
/// A disk that can be filled and emptied. Where mount namespaces are allowed (root, or user namespaces) it is a small
/// tmpfs in one of its own, and full means ENOSPC. Elsewhere (a container without the right) it is an ordinary folder and
/// a limit on the server's file sizes, under which writes fail with EFBIG: the same road through Weir, another errno.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly Process? holder;
    private readonly bool ownUsers;

    private SmallDisk(string path, Process? holder, bool ownUsers)
    {
        Path = path;
        this.holder = holder;
        this.ownUsers = ownUsers;
    }

    /// <summary>Where the server finds it.</summary>
    public string Path { get; }

    /// <summary>Where this process finds it.</summary>
    public string View => holder is null ? Path : $"/proc/{holder.Id}/root{Path}";

    /// <summary>True for the tmpfs, false for the limit.</summary>
    public bool IsMounted => holder is not null;

    /// <summary>The command that runs another one where the disk is.</summary>
    public IReadOnlyList<string> Launcher =>
        holder is null
            ? ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]
            :
            [
                "nsenter",
                "-t",
                holder.Id.ToString(CultureInfo.InvariantCulture),
                .. ownUsers ? new[] { "-U", "--preserve-credentials" } : [],
                "-m",
                "--",
            ];

    public static async Task<SmallDisk> MakeAsync(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        foreach (var users in Environment.IsPrivilegedProcess ? new[] { false, true } : [true])
        {
            var script = $"mount -t tmpfs -o size={megabytes}m tmpfs '{path}' && echo mounted && exec cat";
            var candidate = Process.Start(
                new ProcessStartInfo("unshare", [.. users ? new[] { "-r" } : [], "-m", "sh", "-c", script])
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            if (await candidate.StandardOutput.ReadLineAsync() == "mounted")
            {
                return new SmallDisk(path, candidate, users);
            }

            candidate.Dispose();
        }

        return new SmallDisk(path, holder: null, ownUsers: false);
    }

    /// <summary>Leaves no room.</summary>
    public async Task FillAsync(WeirProcess weir)
    {
        if (holder is null)
        {
            await LimitAsync(weir, "4096");
            return;
        }

        await using var ballast = new FileStream(System.IO.Path.Combine(View, "ballast"), FileMode.Create);
        try
        {
            while (true)
            {
                await ballast.WriteAsync(new byte[4096]);
                await ballast.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    /// <summary>Gives the room back.</summary>
    public async Task EmptyAsync(WeirProcess weir)
    {
        if (holder is null)
        {
            await LimitAsync(weir, "unlimited");
            return;
        }

        File.Delete(System.IO.Path.Combine(View, "ballast"));
    }

    public async ValueTask DisposeAsync()
    {
        if (holder is not null)
        {
            holder.StandardInput.Close();
            await holder.WaitForExitAsync();
            holder.Dispose();
        }
    }

    private static async Task LimitAsync(WeirProcess weir, string bytes)
    {
        var id = weir.ProcessId.ToString(CultureInfo.InvariantCulture);
        var result = await ProgramRun.RunAsync("prlimit", ["--pid", id, $"--fsize={bytes}:unlimited"]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
