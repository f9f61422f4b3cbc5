using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Identity.SignOn;

/// <summary>
/// Slows down guessing, alike for names that exist and names that do not. Three counters: a name from one address (5 failures
/// free), which is how a person fails; a name from anywhere (30 free), which is how many addresses guess at one; an address (30
/// free), which is how one guesses at many. Each then waits a second, doubling to a quarter of an hour, and no longer: nobody is
/// locked out for good by somebody else. Names are kept as hashes; addresses of IPv6 as the network of 64 bits that one
/// subscriber has. Thread-safe.
/// </summary>
internal sealed class SignInThrottle(TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly FailureCounter byNameAndAddress = new(5, Longest);
    private readonly FailureCounter byName = new(30, Longest);
    private readonly FailureCounter byAddress = new(30, Longest);

    /// <summary>
    /// Asks for an attempt and counts it as failed until <see cref="SignInAttempt.Succeeded"/> or
    /// <see cref="SignInAttempt.Withdraw"/> is called.
    /// </summary>
    /// <returns>The attempt; or how long to wait, and nothing was counted.</returns>
    public (SignInAttempt? Attempt, TimeSpan Wait) Begin(string workspace, string name, IPAddress? address)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var who = Named(workspace, name);
        var from = Network(address);
        var wait = Math.Max(
            byNameAndAddress.Wait(who + from, now),
            Math.Max(byName.Wait(who, now), byAddress.Wait(from, now))
        );
        if (wait > 0)
        {
            return (null, TimeSpan.FromMilliseconds(wait));
        }

        byNameAndAddress.Count(who + from, now);
        byAddress.Count(from, now);
        return (new SignInAttempt(this, who, from, byName.Count(who, now)), TimeSpan.Zero);
    }

    /// <summary>Asks for an attempt that names nobody, as by a passkey: the address alone is counted.</summary>
    /// <returns>The attempt; or how long to wait, and nothing was counted.</returns>
    public (SignInAttempt? Attempt, TimeSpan Wait) Begin(IPAddress? address)
    {
        var now = Now;
        var from = Network(address);
        if (byAddress.Wait(from, now) is > 0 and var wait)
        {
            return (null, TimeSpan.FromMilliseconds(wait));
        }

        byAddress.Count(from, now);
        return (new SignInAttempt(this, null, from, default), TimeSpan.Zero);
    }

    /// <summary>Takes up a name's failures that were stored before a restart.</summary>
    public void Restore(string nameHash, FailureCount count) => byName.Restore(nameHash, count);

    /// <summary>One try to sign in.</summary>
    internal sealed class SignInAttempt(SignInThrottle throttle, string? who, string from, FailureCount count)
    {
        /// <summary>The hash that the name is kept under; null where none was given.</summary>
        public string? NameHash => who;

        /// <summary>What the name has behind it, this try with it.</summary>
        public FailureCount NameCount => count;

        /// <summary>The right person: the name starts anew, and the address is not charged.</summary>
        public void Succeeded()
        {
            if (who is not null)
            {
                throttle.byNameAndAddress.Clear(who + from);
                throttle.byName.Clear(who);
            }

            throttle.byAddress.Forgive(from, throttle.Now);
        }

        /// <summary>It came to nothing: it was not looked at.</summary>
        public void Withdraw()
        {
            if (who is not null)
            {
                throttle.byNameAndAddress.Forgive(who + from, throttle.Now);
                throttle.byName.Forgive(who, throttle.Now);
            }

            throttle.byAddress.Forgive(from, throttle.Now);
        }
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Named(string workspace, string name) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{workspace.ToLowerInvariant()}\n{name.Trim().ToLowerInvariant()}"))
        )[..32];

    private static string Network(IPAddress? address)
    {
        if (address is null)
        {
            return "-";
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(plain.GetAddressBytes().AsSpan(0, 8))
            : plain.ToString();
    }
}
