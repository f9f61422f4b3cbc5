using System.Buffers.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Identity;

namespace Weir.Server.Api.SignIn;

/// <summary>
/// Makes and checks passkeys by ASP.NET Core's handler (WebAuthn level 3): found by the authenticator itself, so that signing in
/// needs no name, and given only after it has made sure of the person. Thread-safe.
/// </summary>
internal sealed class PasskeyDesk
{
    // WebAuthn's longest, in base 64.
    private const int LongestClaim = 1364;

    private readonly PasskeyHandler<PasskeyOwner> handler;
    private readonly Ceremonies ceremonies;
    private readonly TimeProvider clock;

    public PasskeyDesk(SignInDesk desk, TimeProvider clock, IServiceProvider services, ILoggerFactory loggers)
    {
        this.clock = clock;
        ceremonies = new Ceremonies(clock);
#pragma warning disable CA2000 // lives as long as the process, and holds nothing
        var manager = new UserManager<PasskeyOwner>(
            new PasskeyStore(desk),
            Options.Create(new IdentityOptions()),
            new PasswordHasher<PasskeyOwner>(),
            [],
            [],
            new UpperInvariantLookupNormalizer(),
            new IdentityErrorDescriber(),
            services,
            loggers.CreateLogger<UserManager<PasskeyOwner>>()
        );
#pragma warning restore CA2000
        handler = new PasskeyHandler<PasskeyOwner>(
            manager,
            Options.Create(
                new IdentityPasskeyOptions
                {
                    UserVerificationRequirement = "required",
                    ResidentKeyRequirement = "required",
                    AttestationConveyancePreference = "none",
                }
            )
        );
    }

    /// <summary>What the browser needs to make a passkey.</summary>
    public async Task<JsonElement> BeginAddingAsync(HttpContext context, SignedIn who)
    {
        var name = who.Principal.User!;
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity
            {
                Id = who.Principal.OwnerId!,
                Name = name,
                DisplayName = name,
            },
            context
        );
        ceremonies.Begin(context, options.AttestationState ?? "", who.Principal.OwnerId);
        return Parse(options.CreationOptionsJson);
    }

    /// <summary>The passkey that the browser made; null when it is not what it was asked for.</summary>
    public async Task<Passkey?> AddedAsync(HttpContext context, SignedIn who, JsonElement credential, string name)
    {
        if (ceremonies.Take(context, who.Principal.OwnerId) is not { } state)
        {
            return null;
        }

        var result = await handler.PerformAttestationAsync(
            new PasskeyAttestationContext
            {
                HttpContext = context,
                CredentialJson = credential.GetRawText(),
                AttestationState = state,
            }
        );
        return result is { Succeeded: true, Passkey: { } made }
            ? new Passkey
            {
                Id = "",
                Name = name,
                Credential = made.CredentialId,
                PublicKey = made.PublicKey,
                SignCount = made.SignCount,
                Transports = made.Transports ?? [],
                IsBackupEligible = made.IsBackupEligible,
                IsBackedUp = made.IsBackedUp,
                Attestation = made.AttestationObject,
                ClientData = made.ClientDataJson,
                CreatedAt = clock.GetUtcNow(),
            }
            : null;
    }

    /// <summary>What the browser needs to sign in with any passkey that it has for this server.</summary>
    public async Task<JsonElement> BeginSignInAsync(HttpContext context)
    {
        var options = await handler.MakeRequestOptionsAsync(null, context);
        ceremonies.Begin(context, options.AssertionState ?? "", null);
        return Parse(options.RequestOptionsJson);
    }

    /// <summary>What this browser was asked to sign; null when nothing was, or too long ago. To be had once.</summary>
    public string? Asked(HttpContext context) => ceremonies.Take(context, null);

    /// <summary>What the browser says that the authenticator calls the passkey; empty for nothing that is a name.</summary>
    public static byte[] Claimed(JsonElement credential) =>
        credential.ValueKind == JsonValueKind.Object
        && credential.TryGetProperty("id", out var id)
        && id.ValueKind == JsonValueKind.String
        && id.GetString() is { Length: <= LongestClaim } text
        && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : [];

    /// <summary>The passkey that signed what was asked; null when none did.</summary>
    public async Task<UsedPasskey?> UsedAsync(HttpContext context, string asked, JsonElement credential)
    {
        var result = await handler.PerformAssertionAsync(
            new PasskeyAssertionContext
            {
                HttpContext = context,
                CredentialJson = credential.GetRawText(),
                AssertionState = asked,
            }
        );
        return result is { Succeeded: true, Passkey: { } used }
            ? new UsedPasskey(used.CredentialId, used.SignCount, used.IsBackedUp)
            : null;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
