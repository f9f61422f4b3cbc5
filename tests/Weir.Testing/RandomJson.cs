using FsCheck;
using FsCheck.Fluent;

namespace Weir.Testing;

/// <summary>JSON texts of every shape, and texts that are almost JSON.</summary>
public static class RandomJson
{
    /// <summary>Texts whose objects mostly have members of these names.</summary>
    public static Gen<string> Of(params string[] names) =>
        Gen.Frequency(
            (9, Gen.Sized(size => Value(names, Math.Min(size, 4)))),
            (1, Gen.Sized(size => Value(names, Math.Min(size, 4))).Select(text => text[..(text.Length / 2)]))
        );

    private static Gen<string> Value(string[] names, int depth)
    {
        var leaf = Gen.Elements(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\"x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"2026-07-02T10:00:00Z\"",
            "\"admin\""
        );
        if (depth == 0)
        {
            return leaf;
        }

        var inner = Value(names, depth - 1);
        var member = Gen.Elements([.. names, "", "other", "\\ud800", "__proto__"])
            .SelectMany(name => inner.Select(value => $"\"{name}\":{value}"));
        return Gen.Frequency(
            (2, leaf),
            (2, inner.ListOf().Select(items => $"[{string.Join(',', items.Take(4))}]")),
            (6, member.ListOf().Select(members => $"{{{string.Join(',', members.Take(6))}}}"))
        );
    }
}
