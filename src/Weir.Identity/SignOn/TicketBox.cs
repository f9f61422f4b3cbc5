using System.Security.Cryptography;
using Weir.Identity.Sessions;

namespace Weir.Identity.SignOn;

/// <summary>
/// Sign-ins that wait for their second step: five minutes, five tries, and gone with a restart. Bounded: the oldest go. Thread-safe.
/// </summary>
internal sealed class TicketBox
{
    private const int Most = 1000;
    private const int Tries = 5;
    private static readonly long Life = (long)TimeSpan.FromMinutes(5).TotalMilliseconds;

    private readonly Lock gate = new();
    private readonly Dictionary<UInt128, (Ticket Ticket, int Left)> tickets = [];

    /// <summary>Keeps a sign-in; what names it.</summary>
    public string Add(Ticket ticket)
    {
        var token = OpaqueToken.New(OpaqueToken.Ticket);
        lock (gate)
        {
            foreach (var (key, (old, _)) in tickets.Where(pair => pair.Value.Ticket.At + Life <= ticket.At).ToList())
            {
                tickets.Remove(key);
            }

            if (tickets.Count >= Most)
            {
                tickets.Remove(tickets.MinBy(pair => pair.Value.Ticket.At).Key);
            }

            tickets[Key(token)!.Value] = (ticket, Tries);
        }

        return token;
    }

    /// <summary>The sign-in of a token, one try of it used up; null when it is unknown, too old or used up.</summary>
    public Ticket? Try(string token, long now)
    {
        lock (gate)
        {
            if (Key(token) is not { } key || !tickets.TryGetValue(key, out var found))
            {
                return null;
            }

            if (found.Ticket.At + Life <= now || found.Left == 0)
            {
                tickets.Remove(key);
                return null;
            }

            tickets[key] = (found.Ticket, found.Left - 1);
            return found.Ticket;
        }
    }

    /// <summary>Ends a sign-in: it came to its end.</summary>
    public bool Remove(string token)
    {
        lock (gate)
        {
            return Key(token) is { } key && tickets.Remove(key);
        }
    }

    private static UInt128? Key(string token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return OpaqueToken.TryHash(token, OpaqueToken.Ticket, hash) ? Storage.IdentitySnapshot.Half(hash) : null;
    }
}

/// <summary>A person whose password was right.</summary>
/// <param name="User">Who, by id.</param>
/// <param name="Workspace">The workspace as it was named.</param>
/// <param name="Name">The name as it was given.</param>
/// <param name="Password">The hash that fitted: where it is another by now, the sign-in is void.</param>
/// <param name="Upgrade">A better hash of the password; null for none.</param>
/// <param name="At">When, in milliseconds since 1970.</param>
internal sealed record Ticket(string User, string Workspace, string Name, string Password, string? Upgrade, long At)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("User = ").Append(User);
        return true;
    }
}
