using Microsoft.AspNetCore.Identity;
using Weir.Identity;

namespace Weir.Server.Api.SignIn;

/// <summary>
/// What ASP.NET Core's passkey handler must know of people: who has which passkeys. It only asks; what it finds out is stored by
/// Weir's own desks. Thread-safe.
/// </summary>
internal sealed class PasskeyStore(SignInDesk desk) : IUserPasskeyStore<PasskeyOwner>
{
    public Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Task.FromResult(desk.PasskeyOwner(userId));

    public Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(desk.PasskeyOwner(credentialId));

    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken) =>
        Task.FromResult<IList<UserPasskeyInfo>>([.. user.Passkeys.Select(Info)]);

    public Task<UserPasskeyInfo?> FindPasskeyAsync(
        PasskeyOwner user,
        byte[] credentialId,
        CancellationToken cancellationToken
    ) =>
        Task.FromResult(
            user.Passkeys.FirstOrDefault(passkey => passkey.Credential.AsSpan().SequenceEqual(credentialId))
                is { } found
                ? Info(found)
                : null
        );

    public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) =>
        Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Name);

    public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(user.Name);

    public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        throw NotAsked();

    public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) =>
        throw NotAsked();

    public Task SetNormalizedUserNameAsync(
        PasskeyOwner user,
        string? normalizedName,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotAsked();

    public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotAsked();

    public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw NotAsked();

    public Task AddOrUpdatePasskeyAsync(
        PasskeyOwner user,
        UserPasskeyInfo passkey,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) =>
        throw NotAsked();

    public void Dispose() { }

    private static NotSupportedException NotAsked() => new("Weir's desks store people and passkeys.");

    private static UserPasskeyInfo Info(Passkey passkey) =>
        new(
            passkey.Credential,
            passkey.PublicKey,
            passkey.CreatedAt,
            passkey.SignCount,
            [.. passkey.Transports],
            isUserVerified: true,
            passkey.IsBackupEligible,
            passkey.IsBackedUp,
            passkey.Attestation,
            passkey.ClientData
        )
        {
            Name = passkey.Name,
        };
}
