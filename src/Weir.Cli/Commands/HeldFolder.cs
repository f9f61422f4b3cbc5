using Weir.Cli.Output;
using Weir.Server.DataFolder;

namespace Weir.Cli.Commands;

/// <summary>A data folder that this process alone works on.</summary>
internal static class HeldFolder
{
    /// <summary>Takes it; null when another process has it, which has then been said.</summary>
    public static DataFolderLock? TryTake(string folder)
    {
        var taken = DataFolderLock.TryTake(folder);
        if (taken is null)
        {
            var holder = DataFolderLock.ReadHolder(folder)?.Describe() ?? "a process that does not say";
            CommandRun.Note($"{folder} is held by {holder}: stop it first, or let it do it: --server ADDRESS");
        }

        taken?.Describe(new Holder(Environment.ProcessId, null, TimeProvider.System.GetUtcNow()));
        return taken;
    }
}
