namespace Weir.Capture.Agents.ClaudeCode;

/// <summary>The words under which passed-over lines are counted.</summary>
internal static class Skipped
{
    public const string NotJson = "not json";
    public const string NotAnObject = "not an object";
    public const string TooDeep = "too deep";
    public const string UnknownType = "unknown type";
    public const string ImpossibleNumbers = "impossible numbers";
    public const string NoTime = "no time";
    public const string NoSession = "no session";
}
