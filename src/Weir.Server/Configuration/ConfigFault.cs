using System.Collections.Immutable;
using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>One fault of a configuration, with the place to mend it.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Key">The key's path, as <c>providers[0].kind</c>; empty for the document itself.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Hint">What to do; null when the message says it all.</param>
public sealed record ConfigFault(int Line, int Column, string Key, string Message, string? Hint = null)
{
    /// <summary>So many faults in words: <c>1 fault</c>, <c>3 faults</c>.</summary>
    public static string Count(int faults) =>
        faults == 1 ? "1 fault" : string.Create(CultureInfo.InvariantCulture, $"{faults} faults");

    /// <summary><c>weir.yaml:12:5: providers[0].kind: unknown kind "antropic" (did you mean "anthropic"?)</c></summary>
    public string ToText(string file)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{file}:{Line}:{Column}: ");
        var key = Key.Length == 0 ? "" : $"{Key}: ";
        var hint = Hint is null ? "" : $" ({Hint})";
        return $"{place}{key}{Message}{hint}";
    }
}

/// <summary>What reading a configuration came to: a configuration, or every fault that it has.</summary>
public sealed record ConfigResult(WeirConfig? Config, ImmutableArray<ConfigFault> Faults);
