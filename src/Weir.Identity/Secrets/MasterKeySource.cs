using System.Collections.Immutable;

namespace Weir.Identity.Secrets;

/// <summary>A key ring, or why there is none; neither when none was made yet.</summary>
internal sealed record MasterKeyReading(MasterKeys? Keys, string? Refusal);

/// <summary>
/// Where the key ring comes from: an external command, else the variable <c>WEIR_SECRETS_KEY</c>, else the file
/// <c>secrets.key</c> in the data folder. The first of them that is there gives the key that seals; keys of the file open
/// beside it, so that secrets outlive a move from the file to one of the others. Thread-safe.
/// </summary>
/// <param name="dataFolder">Where the file is.</param>
/// <param name="variable">The variable's value; null or empty when it is not set.</param>
/// <param name="command">The external command; empty for none.</param>
/// <param name="clock">What measures the command's time.</param>
internal sealed class MasterKeySource(
    string dataFolder,
    string? variable,
    ImmutableArray<string> command,
    TimeProvider clock
)
{
    /// <summary>The variable.</summary>
    public const string Variable = "WEIR_SECRETS_KEY";

    private readonly string path = Path.Combine(dataFolder, MasterKeyFile.FileName);

    /// <summary>Whether Weir itself makes keys: they stand in the file.</summary>
    public bool IsFile => command.IsEmpty && string.IsNullOrEmpty(variable);

    /// <summary>Where keys come from, for a person.</summary>
    public string Described =>
        !command.IsEmpty ? "server.secrets.keyCommand"
        : IsFile ? path
        : $"the variable {Variable}";

    /// <summary>Reads the ring, asking the command anew.</summary>
    public async Task<MasterKeyReading> ReadAsync(CancellationToken cancellationToken)
    {
        var (own, refusal) = await ReadOwnAsync(cancellationToken);
        if (refusal is not null)
        {
            return new MasterKeyReading(null, refusal);
        }

        var (kept, fault) = MasterKeyFile.Read(path);
        if (fault is not null)
        {
            return new MasterKeyReading(null, $"the master keys cannot be read: {path}: {fault}");
        }

        return own is null ? new MasterKeyReading(kept, null)
            : kept is null ? new MasterKeyReading(own, null)
            : new MasterKeyReading(
                new MasterKeys([.. own.All, .. kept.All.Where(key => own.Find(key.Id) is null)]),
                null
            );
    }

    /// <summary>Makes the first key, in the file.</summary>
    /// <exception cref="InvalidOperationException">Keys come from elsewhere.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public MasterKeys MakeFirst()
    {
        var made = new MasterKeys([MasterKey.New()]);
        Write(made, first: true);
        return made;
    }

    /// <summary>Puts these keys in the file in the place of those that are there.</summary>
    /// <exception cref="InvalidOperationException">Keys come from elsewhere.</exception>
    /// <exception cref="IOException">The file cannot be written; it is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written; it is as it was.</exception>
    public void Replace(MasterKeys keys) => Write(keys, first: false);

    private void Write(MasterKeys keys, bool first)
    {
        if (!IsFile)
        {
            throw new InvalidOperationException($"Master keys are made by {Described}.");
        }

        MasterKeyFile.Write(path, keys, first);
    }

    private async Task<(MasterKeys? Keys, string? Refusal)> ReadOwnAsync(CancellationToken cancellationToken)
    {
        if (IsFile)
        {
            return (null, null);
        }

        var text = variable;
        if (!command.IsEmpty)
        {
            (text, var failure) = await KeyCommand.RunAsync(command, clock, cancellationToken);
            if (failure is not null)
            {
                return (null, $"the master keys cannot be had from {Described}: {failure}");
            }
        }

        var (keys, fault) = MasterKeys.Parse(text ?? "");
        return (keys, fault is null ? null : $"{Described} holds no master keys: {fault}");
    }
}
