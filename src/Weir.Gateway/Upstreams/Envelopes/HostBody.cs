using System.Text;
using Weir.Gateway.Translation;
using Weir.Wire;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>
/// The edits that a host needs in a vendor's JSON body, as splices: what is not edited goes out as the very bytes that came in.
/// Used once, not thread-safe. Of a body that is no sound object nothing is edited; the host will say what it thinks of it.
/// </summary>
/// <param name="body">The whole body; it must stay until it is sent.</param>
internal sealed class HostBody(ReadOnlyMemory<byte> body)
{
    /// <summary>A marker in a tool result: request, messages, message, content, block, content, block.</summary>
    private const int DeepestCache = 7;

    private readonly List<string> dropped = [];
    private readonly List<(string Name, byte[] Json)> added = [];
    private readonly List<(string Name, byte[] Json)> replaced = [];
    private readonly List<BetaField> stripped = [];
    private readonly SortedSet<string> changed = new(StringComparer.Ordinal);

    /// <summary>The members of the object that <see cref="Pieces"/> took away, put in or gave another value; sorted.</summary>
    public IReadOnlyCollection<string> Changed => changed;

    /// <summary>What <see cref="Pieces"/> took away of what unknown betas enable.</summary>
    public FeatureSet Cut { get; private set; }

    /// <summary>Leaves a member of the object away.</summary>
    public HostBody Without(string name)
    {
        dropped.Add(name);
        return this;
    }

    /// <summary>Puts a member first, unless the object has one of that name.</summary>
    public HostBody With(string name, string json)
    {
        added.Add((name, Encoding.UTF8.GetBytes(json)));
        return this;
    }

    /// <summary>Puts another value in the place of a member's.</summary>
    public HostBody Replacing(string name, string json)
    {
        replaced.Add((name, Encoding.UTF8.GetBytes(json)));
        return this;
    }

    /// <summary>Leaves away what unknown betas enable.</summary>
    public HostBody WithoutFields(IReadOnlyList<BetaField> fields)
    {
        stripped.AddRange(fields);
        return this;
    }

    /// <summary>The pieces of the edited body.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces()
    {
        var edits = new List<(int Start, int End, byte[] Text)>();
        if (!Edit(edits))
        {
            return [body];
        }

        // What is put in stands before what is taken away at the same place.
        edits.Sort(static (a, b) => (a.Start, a.End).CompareTo((b.Start, b.End)));
        var pieces = new List<ReadOnlyMemory<byte>>((edits.Count * 2) + 1);
        var done = 0;
        foreach (var (start, end, text) in edits)
        {
            if (start < done)
            {
                // Inside what has gone already.
                continue;
            }

            Add(pieces, body[done..start]);
            Add(pieces, text);
            done = end;
        }

        Add(pieces, body[done..]);
        return pieces;
    }

    private bool Edit(List<(int Start, int End, byte[] Text)> edits)
    {
        var json = body.Span;
        var members = Members(json, 0);
        if (members is null)
        {
            return false;
        }

        var names = stripped.Where(field => field.Place == BetaPlace.Request).Select(field => field.Name);
        string[] goes = [.. dropped, .. names];
        Remove(members, member => goes.Contains(member.Name, StringComparer.Ordinal), edits);
        foreach (var member in members)
        {
            if (goes.Contains(member.Name, StringComparer.Ordinal))
            {
                Note(BetaPlace.Request, member.Name);
                changed.Add(member.Name);
            }

            if (replaced.Exists(other => other.Name == member.Name))
            {
                changed.Add(member.Name);
            }

            edits.AddRange(
                replaced
                    .Where(other => other.Name == member.Name)
                    .Select(other => (member.ValueAt, member.End, other.Json))
            );
        }

        var tools = stripped.Where(field => field.Place == BetaPlace.Tool).Select(field => field.Name).ToArray();
        if (tools.Length > 0 && members.FirstOrDefault(member => member.Name == "tools") is { Name: not null } list)
        {
            if (EditItems(json, list.ValueAt, tools, edits))
            {
                changed.Add("tools");
            }
        }

        var caches = stripped
            .Where(field => field.Place == BetaPlace.CacheControl)
            .Select(field => field.Name)
            .ToArray();
        if (caches.Length > 0)
        {
            EditCaches(json, caches, edits);
        }

        var first = json.IndexOf((byte)'{') + 1;
        var fresh = added.Where(member => members.TrueForAll(m => m.Name != member.Name)).ToArray();
        if (fresh.Length > 0)
        {
            changed.UnionWith(fresh.Select(member => member.Name));
            var lead = Encoding.UTF8.GetBytes(
                string.Join(',', fresh.Select(member => $"\"{member.Name}\":{Encoding.UTF8.GetString(member.Json)}"))
                    + (members.TrueForAll(member => goes.Contains(member.Name, StringComparer.Ordinal)) ? "" : ",")
            );
            edits.Add((first, first, lead));
        }

        return true;
    }

    /// <summary>Notes what a beta's field was, if it was one's.</summary>
    private void Note(BetaPlace place, string name)
    {
        foreach (var field in stripped)
        {
            if (field.Place == place && field.Name == name)
            {
                Cut = Cut.With(field.Feature);
            }
        }
    }

    /// <summary>Whether any item had one of the names.</summary>
    private bool EditItems(
        ReadOnlySpan<byte> json,
        int at,
        string[] names,
        List<(int Start, int End, byte[] Text)> edits
    )
    {
        var cursor = new JsonCursor(json[at..]);
        var before = edits.Count;
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.NextElement())
        {
            var isObject = cursor.Peek() == JsonKind.Object;
            var start = at + cursor.Position;
            cursor.Skip();
            if (isObject && !cursor.Failed && Members(json, start) is { } members)
            {
                RemoveNoted(BetaPlace.Tool, members, names, edits);
            }
        }

        return edits.Count > before;
    }

    /// <summary>Every <c>"cache_control":{…}</c>: the name is a marker of Anthropic's, which stands in few places.</summary>
    private void EditCaches(ReadOnlySpan<byte> json, string[] names, List<(int Start, int End, byte[] Text)> edits)
    {
        foreach (var at in ObjectsNamed(json, "cache_control"))
        {
            if (Members(json, at) is { } members)
            {
                RemoveNoted(BetaPlace.CacheControl, members, names, edits);
            }
        }
    }

    private void RemoveNoted(
        BetaPlace place,
        List<Member> members,
        string[] names,
        List<(int Start, int End, byte[] Text)> edits
    )
    {
        foreach (var member in members.Where(member => names.Contains(member.Name, StringComparer.Ordinal)))
        {
            Note(place, member.Name);
        }

        Remove(members, member => names.Contains(member.Name, StringComparer.Ordinal), edits);
    }

    /// <summary>Where the objects begin that are values of a name, at any depth where Anthropic has them.</summary>
    private static List<int> ObjectsNamed(ReadOnlySpan<byte> json, string name)
    {
        var found = new List<int>();
        var wanted = Encoding.ASCII.GetBytes(name);
        // Without recursion: containers that are still to be looked into. Each level reads all below it once more.
        var open = new Stack<(int At, int Depth)>();
        open.Push((0, 1));
        while (open.TryPop(out var next))
        {
            var (at, depth) = next;
            var cursor = new JsonCursor(json[at..]);
            if (cursor.EnterObject())
            {
                while (cursor.NextProperty(out var key, out var escaped))
                {
                    var isWanted = JsonText.Is(key, escaped, wanted);
                    // A tool's schema and input are the caller's own, whatever they are called inside.
                    var isForeign = JsonText.Is(key, escaped, "input_schema"u8) || JsonText.Is(key, escaped, "input"u8);
                    var kind = cursor.Peek();
                    var start = at + cursor.Position;
                    cursor.Pass();
                    if (kind == JsonKind.Object && isWanted)
                    {
                        found.Add(start);
                    }
                    else if (kind is JsonKind.Object or JsonKind.Array && !isForeign && depth < DeepestCache)
                    {
                        open.Push((start, depth + 1));
                    }
                }
            }
            else if (cursor.EnterArray())
            {
                while (cursor.NextElement())
                {
                    var isContainer = cursor.Peek() is JsonKind.Object or JsonKind.Array;
                    var start = at + cursor.Position;
                    cursor.Pass();
                    if (isContainer && depth < DeepestCache)
                    {
                        open.Push((start, depth + 1));
                    }
                }
            }
        }

        return found;
    }

    /// <summary>The members of the object at an offset; null when it is none, or not sound.</summary>
    private static List<Member>? Members(ReadOnlySpan<byte> json, int at)
    {
        var cursor = new JsonCursor(json[at..]);
        if (!cursor.EnterObject())
        {
            return null;
        }

        var members = new List<Member>();
        var from = at + cursor.Position;
        while (cursor.NextProperty(out var raw, out var escaped))
        {
            // Between two members stand a comma and white space alone: the next quote opens the name.
            var start = from + json[from..].IndexOf((byte)'"');
            cursor.Peek();
            var value = at + cursor.Position;
            cursor.Pass();
            from = at + cursor.Position;
            members.Add(new Member(JsonText.ToText(raw, escaped, 64) ?? "", start, value, from));
        }

        return cursor.Failed ? null : members;
    }

    /// <summary>Takes members out with the comma that parts them from the next one that stays, or from the one before.</summary>
    private static void Remove(
        List<Member> members,
        Predicate<Member> goes,
        List<(int Start, int End, byte[] Text)> edits
    )
    {
        var kept = -1;
        for (var i = 0; i < members.Count; i++)
        {
            if (!goes(members[i]))
            {
                kept = i;
                continue;
            }

            var next = members.FindIndex(i, member => !goes(member));
            if (next >= 0)
            {
                edits.Add((members[i].Start, members[next].Start, []));
                kept = next;
                i = next;
            }
            else
            {
                edits.Add((kept < 0 ? members[i].Start : members[kept].End, members[^1].End, []));
                break;
            }
        }
    }

    private static void Add(List<ReadOnlyMemory<byte>> pieces, ReadOnlyMemory<byte> piece)
    {
        if (!piece.IsEmpty)
        {
            pieces.Add(piece);
        }
    }

    private readonly record struct Member(string Name, int Start, int ValueAt, int End);
}
