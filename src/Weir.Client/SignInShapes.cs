using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client;

// What holds a secret leaves it out of its text: whoever logs one must not write a password.

/// <summary>The first step of signing in.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SignInRequest
{
    /// <summary>The workspace's name; null for <c>default</c>.</summary>
    public string? Workspace { get; init; }

    /// <summary>The person's name.</summary>
    public required string Name { get; init; }

    /// <summary>The password, composed (Unicode normal form C).</summary>
    public required string Password { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Workspace = ").Append(Workspace).Append(", Name = ").Append(Name);
        return true;
    }
}

/// <summary>The second step.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SignInCode
{
    /// <summary>What the first step answered.</summary>
    public required string Ticket { get; init; }

    /// <summary>Six digits, or a recovery code.</summary>
    public required string Code { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Code = ***");
        return true;
    }
}

/// <summary>How far a sign-in has come.</summary>
/// <param name="State"><c>signedIn</c>, with the session in a cookie; or <c>codeNeeded</c>.</param>
/// <param name="Ticket">With <c>codeNeeded</c>, what the second step must name; good for five minutes.</param>
public sealed record SignInAnswer(string State, string? Ticket)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("State = ").Append(State);
        return true;
    }
}

/// <summary>An invitation's secret part.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InvitationToken
{
    /// <summary>What stands behind the <c>#</c> of the link.</summary>
    public required string Token { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Token = ***");
        return true;
    }
}

/// <summary>What an invitation is for.</summary>
/// <param name="Workspace">The workspace's name.</param>
/// <param name="Name">What the person signs in with.</param>
/// <param name="DisplayName">What people call him; null for his name.</param>
/// <param name="ExpiresAt">Until when it is good.</param>
public sealed record InvitationInfo(string Workspace, string Name, string? DisplayName, DateTimeOffset ExpiresAt);

/// <summary>An invitation and the password that its person chose.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record InvitationAnswer
{
    /// <summary>What stands behind the <c>#</c> of the link.</summary>
    public required string Token { get; init; }

    /// <summary>12 to 256 characters that are hard to guess, composed (Unicode normal form C).</summary>
    public required string Password { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Token = ***");
        return true;
    }
}

/// <summary>Who calls, and what he may do.</summary>
public sealed record CallerInfo
{
    /// <summary>The workspace's name.</summary>
    public required string Workspace { get; init; }

    /// <summary>The person; null for a key of nobody's.</summary>
    public required string? User { get; init; }

    /// <summary>The key's name; null for a session.</summary>
    public required string? Key { get; init; }

    /// <summary>Permissions by name.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>The session's id; null for a key.</summary>
    public required string? Session { get; init; }

    /// <summary>When the session ends; null for a key.</summary>
    public required DateTimeOffset? EndsAt { get; init; }

    /// <summary>What every change must send as <c>x-weir-csrf</c>; null for a key, which needs none.</summary>
    public required string? Csrf { get; init; }

    /// <summary>
    /// True for a session by password alone in a workspace that asks for a second factor: it may set one up and sign out, and
    /// nothing else.
    /// </summary>
    public required bool LacksFactor { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder
            .Append("Workspace = ")
            .Append(Workspace)
            .Append(", User = ")
            .Append(User)
            .Append(", Key = ")
            .Append(Key)
            .Append(", Session = ")
            .Append(Session);
        return true;
    }
}

/// <summary>A password, asked for again.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PasswordAgain
{
    /// <summary>The one that holds.</summary>
    public required string Password { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Password = ***");
        return true;
    }
}

/// <summary>Another password.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PasswordChange
{
    /// <summary>The one that holds.</summary>
    public required string Current { get; init; }

    /// <summary>12 to 256 characters that are hard to guess, composed (Unicode normal form C).</summary>
    public required string Next { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Password = ***");
        return true;
    }
}

/// <summary>A one-time code.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OneTimeCode
{
    /// <summary>Six digits.</summary>
    public required string Code { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Code = ***");
        return true;
    }
}

/// <summary>One-time codes that were begun.</summary>
/// <param name="Secret">In base 32, for typing.</param>
/// <param name="Address">The <c>otpauth://</c> address, for a QR code.</param>
public sealed record BegunCodesItem(string Secret, string Address)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Secret = ***");
        return true;
    }
}

/// <summary>Recovery codes, told this once; none where there are none new.</summary>
public sealed record RecoveryCodeList(IReadOnlyList<string> Codes)
{
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Codes = ").Append(Codes.Count);
        return true;
    }
}

/// <summary>What a person signs in with.</summary>
/// <param name="HasCodes">Whether one-time codes are asked for.</param>
/// <param name="RecoveryCodesLeft">Recovery codes that were not used.</param>
/// <param name="Passkeys">The passkeys, the oldest first.</param>
public sealed record CredentialInfo(bool HasCodes, int RecoveryCodesLeft, IReadOnlyList<PasskeyItem> Passkeys);

/// <summary>A passkey.</summary>
/// <param name="Id"><c>psk_…</c>.</param>
/// <param name="Name">What the person calls it.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="LastUsedAt">When somebody last signed in with it; null for never.</param>
public sealed record PasskeyItem(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>What the browser needs to make or to use a passkey; the answer is taken once, within five minutes, from the same browser.</summary>
/// <param name="Options">For <c>navigator.credentials</c>, in WebAuthn's JSON.</param>
public sealed record PasskeyOptions(JsonElement Options);

/// <summary>What the browser answered.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PasskeyAnswer
{
    /// <summary>The credential in WebAuthn's JSON.</summary>
    public required JsonElement Credential { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Credential = ***");
        return true;
    }
}

/// <summary>A passkey that was made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewPasskey
{
    /// <summary>The credential in WebAuthn's JSON.</summary>
    public required JsonElement Credential { get; init; }

    /// <summary>What to call it.</summary>
    public required string Name { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Name = ").Append(Name);
        return true;
    }
}
