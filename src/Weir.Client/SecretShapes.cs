using System.Text;
using System.Text.Json.Serialization;

namespace Weir.Client;

/// <summary>The workspace's secrets, by name; never their values.</summary>
/// <param name="Items">All of them.</param>
public sealed record SecretList(IReadOnlyList<SecretItem> Items);

/// <summary>A sealed secret.</summary>
public sealed record SecretItem
{
    /// <summary>Its name; a configuration uses it as <c>secret:NAME</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Scheme, host and port that it may be sent to; null for one of an older version, until a configuration first uses it.</summary>
    public required string? Origin { get; init; }

    /// <summary>From 1, one more with each value and with being bound to an origin.</summary>
    public required long Version { get; init; }

    /// <summary>When the first value was given.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the present value was given, or bound to its origin.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Who gave it.</summary>
    public required string UpdatedBy { get; init; }

    /// <summary>The providers of the configuration in force that use it.</summary>
    public required IReadOnlyList<string> UsedBy { get; init; }
}

/// <summary>A value to be sealed: a new secret, or another value of one.</summary>
/// <param name="Name">1 to 64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, beginning with a letter or a digit.</param>
/// <param name="Value">1 byte to 8 KiB of text without control characters. It is never shown again.</param>
/// <param name="Origin">An address whose scheme, host and port it may be sent to; null for what it was bound to before. A new secret has one, unless it is named like a provider that Weir knows, whose address it then belongs to.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SecretValue(string? Name, string? Value, string? Origin = null)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Name = ").Append(Name).Append(", Origin = ").Append(Origin);
        return true;
    }
}

/// <summary>What a rotation of the master key came to.</summary>
/// <param name="Key">The id of the key that seals now.</param>
/// <param name="Resealed">How many secrets were sealed anew.</param>
/// <param name="Unopened">How many did not open, and are as they were.</param>
/// <param name="Dropped">How many older keys were dropped from the key file.</param>
/// <param name="Resumed">Whether it went on with a rotation that was broken off, and made no new key.</param>
public sealed record SecretKeyRotation(string Key, int Resealed, int Unopened, int Dropped, bool Resumed);
