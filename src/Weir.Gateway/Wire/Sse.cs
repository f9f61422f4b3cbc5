using Weir.Gateway.Pipeline;

namespace Weir.Gateway.Wire;

/// <summary>Writes server-sent events of one line of data each.</summary>
internal static class Sse
{
    /// <summary>Begins an event of that name; without one, the line of its data alone.</summary>
    public static void Begin(PooledBuffer to, ReadOnlySpan<byte> name = default)
    {
        if (!name.IsEmpty)
        {
            to.Append("event: "u8);
            to.Append(name);
            to.Append("\n"u8);
        }

        to.Append("data: "u8);
    }

    /// <summary>Ends an event.</summary>
    public static void End(PooledBuffer to) => to.Append("\n\n"u8);

    /// <summary>Writes a whole event.</summary>
    public static void Write(PooledBuffer to, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Begin(to, name);
        to.Append(data);
        End(to);
    }
}
