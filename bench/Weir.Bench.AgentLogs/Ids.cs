namespace Weir.Bench.AgentLogs;

/// <summary>Ids as the program and the provider make them.</summary>
internal sealed class Ids(Random random)
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A random UUID.</summary>
    public string Uuid() => $"{Hex(8)}-{Hex(4)}-4{Hex(3)}-8{Hex(3)}-{Hex(12)}";

    /// <summary>Hexadecimal digits.</summary>
    public string Hex(int length) => random.GetString("0123456789abcdef", length);

    /// <summary>Letters and digits.</summary>
    public string Base62(int length) => random.GetString(Letters, length);
}
