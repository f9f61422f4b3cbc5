using System.Net;
using Microsoft.Extensions.Logging;
using Weir.Foundation.Network;
using Weir.Gateway.Pipeline;

namespace Weir.Gateway;

/// <summary>
/// Writes down who is turned away, and why: one line for each refusal, at most 20 a minute for callers of this machine, of private
/// networks and of elsewhere each. What comes beyond is counted, and told in a line of its own within a minute, so that nobody can
/// fill a disk or hide among others' lines. Nothing that a caller sent stands in a line but its address. Thread-safe.
/// </summary>
public sealed class RefusalLog : IDisposable
{
    private const int MostLines = 20;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly DelayedWork telling;
    private readonly Lock gate = new();
    private readonly Origin[] origins = [new("this machine"), new("private networks"), new("elsewhere")];

    /// <param name="clock">Where the time comes from.</param>
    /// <param name="log">Where the lines go, at the level of information.</param>
    public RefusalLog(TimeProvider clock, ILogger log)
    {
        this.clock = clock;
        this.log = log;
        telling = new DelayedWork(TellLeftOut, Window, clock, log);
    }

    /// <summary>Writes a refusal down.</summary>
    /// <param name="address">Where the caller is; null for a command on this machine.</param>
    /// <param name="what">What was asked for, in words of Weir's: a route's pattern.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="reason">The kind of reason, in words of Weir's.</param>
    /// <param name="who">The id of the key or the person, where one was shown; null where none was.</param>
    public void Add(IPAddress? address, string what, int status, string reason, string? who = null)
    {
        if (!log.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var origin = origins[Place(address)];
        bool isLeftOut;
        lock (gate)
        {
            if (clock.GetElapsedTime(origin.Since) >= Window)
            {
                (origin.Since, origin.Lines) = (clock.GetTimestamp(), 0);
            }

            isLeftOut = origin.Lines >= MostLines;
            (origin.Lines, origin.LeftOut) = isLeftOut
                ? (origin.Lines, origin.LeftOut + 1)
                : (origin.Lines + 1, origin.LeftOut);
        }

        if (isLeftOut)
        {
            telling.Ask();
        }
        else
        {
            Log.CallerRefused(
                log,
                what,
                status,
                reason,
                address?.ToString() ?? "the local socket",
                who ?? "nobody known"
            );
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        telling.Dispose();
        TellLeftOut();
    }

    private void TellLeftOut()
    {
        foreach (var origin in origins)
        {
            long count;
            lock (gate)
            {
                (count, origin.LeftOut) = (origin.LeftOut, 0);
            }

            if (count > 0)
            {
                Log.RefusalsLeftOut(log, count, origin.Name);
            }
        }
    }

    private static int Place(IPAddress? address) =>
        address is null
            ? 0
            : AddressTable.KindOf(address) switch
            {
                AddressKind.Loopback => 0,
                AddressKind.Public => 2,
                _ => 1,
            };

    private sealed class Origin(string name)
    {
        public string Name => name;

        public long Since { get; set; }

        public int Lines { get; set; }

        public long LeftOut { get; set; }
    }
}
