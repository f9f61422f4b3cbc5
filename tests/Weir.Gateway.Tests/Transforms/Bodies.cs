using System.Text;
using Weir.Foundation;
using Weir.Gateway.Transforms;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Tests.Transforms;

/// <summary>Bodies as transforms leave them.</summary>
internal static class Bodies
{
    public static TransformConfig Set(string pointer, string json) =>
        new()
        {
            Action = TransformAction.Set,
            Subject = pointer,
            Value = json,
        };

    public static TransformConfig Default(string pointer, string json) =>
        Set(pointer, json) with
        {
            Action = TransformAction.Default,
        };

    public static TransformConfig Remove(string pointer) =>
        new() { Action = TransformAction.Remove, Subject = pointer };

    public static TransformConfig Rename(string pointer, string name) =>
        new()
        {
            Action = TransformAction.Rename,
            Subject = pointer,
            Value = name,
        };

    public static TransformConfig Clamp(string pointer, decimal? min, decimal? max) =>
        new()
        {
            Action = TransformAction.Clamp,
            Subject = pointer,
            Min = min,
            Max = max,
        };

    public static TransformConfig SystemText(string text) => new() { Action = TransformAction.System, Subject = text };

    public static TransformConfig Header(TransformAction action, string name, string? value = null) =>
        new()
        {
            Action = action,
            Subject = name,
            Value = value,
        };

    /// <summary>What is sent, and which transforms are named for it.</summary>
    public static (string Body, string[] Names) Change(
        string body,
        Dialect dialect,
        params TransformConfig[] transforms
    ) => Change(body, new TransformScope(dialect, "m", IsCount: false), transforms);

    /// <summary>What is sent, and which transforms are named for it.</summary>
    public static (string Body, string[] Names) Change(
        string body,
        TransformScope scope,
        params TransformConfig[] transforms
    )
    {
        var json = Encoding.UTF8.GetBytes(body);
        var changes = TransformPlan.Of([.. transforms])!.Change(json, scope);
        Assert.False(changes.IsUnreadable);
        var sent = BodySplice.Flat(BodySplice.Apply(json, changes.Edits));
        return (Encoding.UTF8.GetString(sent.Span), [.. changes.Names]);
    }
}
