using System.Net.Sockets;
using System.Text;
using Weir.Cli.Output;

namespace Weir.Cli;

/// <summary>
/// Tells the manager of a systemd service how it is doing, by the datagrams of <c>sd_notify(3)</c>. Nothing happens where
/// no manager asked (<c>NOTIFY_SOCKET</c> is not set).
/// </summary>
internal static class ServiceManager
{
    /// <summary>The service takes work.</summary>
    /// <param name="status">One line for <c>systemctl status</c>.</param>
    public static void Ready(string status) => Tell($"READY=1\nSTATUS={status}");

    /// <summary>The service has begun to end.</summary>
    public static void Stopping() => Tell("STOPPING=1\nSTATUS=letting running answers come to their end");

    private static void Tell(string message)
    {
        if (OperatingSystem.IsWindows() || CommonOptions.Variable("NOTIFY_SOCKET") is not { } address)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // "@" stands for the zero byte that begins a name outside the file system.
            var path = address[0] == '@' ? '\0' + address[1..] : address;
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException failure)
        {
            CommandRun.Note($"the service manager at {address} cannot be told: {failure.Message}");
        }
    }
}
