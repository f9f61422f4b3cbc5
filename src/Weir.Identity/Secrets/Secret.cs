using System.Collections.Immutable;
using System.Text;

namespace Weir.Identity;

/// <summary>A sealed secret as it may be shown: all but its value.</summary>
public sealed record Secret
{
    /// <summary>Its name in its workspace.</summary>
    public required string Name { get; init; }

    /// <summary>Scheme, host and port that it may be sent to; null for one of an older version that was never used.</summary>
    public string? Origin { get; init; }

    /// <summary>From 1, one more with each value and each binding.</summary>
    public required long Version { get; init; }

    /// <summary>When the first value was given.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the present value was given, or bound.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who gave it.</summary>
    public required string UpdatedBy { get; init; }
}

/// <summary>A value to be sealed. Its text never shows the value.</summary>
/// <param name="Name">By <see cref="SecretRules.IsName"/>.</param>
/// <param name="Value">By <see cref="SecretRules.IsValue"/>.</param>
/// <param name="Origin">An address whose scheme, host and port it may be sent to; null for what it was bound to before, which a new one was not.</param>
public sealed record NewSecret(string Name, string Value, string? Origin = null)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Name = ").Append(Name).Append(", Origin = ").Append(Origin);
        return true;
    }
}

/// <summary>How looking for a secret ended.</summary>
public enum SecretOutcome
{
    /// <summary>The value is there.</summary>
    Found,

    /// <summary>There is no secret of that name in the workspace.</summary>
    Missing,

    /// <summary>It belongs to another address.</summary>
    OtherOrigin,

    /// <summary>It does not open: its master key is not there, or its row was changed.</summary>
    Unopened,
}

/// <summary>What looking for a secret came to. Its text never shows the value.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Value">The value, when it was found.</param>
/// <param name="Origin">What it is bound to; null for nothing yet.</param>
/// <param name="Trouble">Why it does not open, for a person; else null.</param>
public readonly record struct SecretFinding(
    SecretOutcome Outcome,
    string? Value = null,
    string? Origin = null,
    string? Trouble = null
)
{
    /// <inheritdoc />
    public override string ToString() => Outcome.ToString();
}

/// <summary>Where master keys come from, beside the file <c>secrets.key</c> in the data folder.</summary>
/// <param name="Variable">What the variable <c>WEIR_SECRETS_KEY</c> holds; null or empty when it is not set.</param>
/// <param name="Command">A program and its arguments that writes them; empty for none.</param>
/// <param name="Refusal">Why it is not known where they come from; null when it is.</param>
public sealed record SecretKeys(string? Variable, ImmutableArray<string> Command, string? Refusal = null)
{
    /// <summary>The file alone.</summary>
    public static SecretKeys File { get; } = new(null, []);

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Command = ").AppendJoin(' ', Command);
        return true;
    }
}

/// <summary>What a rotation of the master key came to.</summary>
/// <param name="Key">The id of the key that seals now.</param>
/// <param name="Resealed">How many secrets were sealed anew.</param>
/// <param name="Unopened">How many did not open, and are as they were.</param>
/// <param name="Dropped">How many keys were dropped from the file, for nothing needs them.</param>
/// <param name="Resumed">Whether it went on with a rotation that was broken off, and made no new key.</param>
public sealed record SecretRotation(string Key, int Resealed, int Unopened, int Dropped, bool Resumed);
