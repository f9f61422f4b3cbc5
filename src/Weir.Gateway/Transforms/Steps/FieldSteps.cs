using System.Globalization;
using System.Text;
using Weir.Foundation;

namespace Weir.Gateway.Transforms.Steps;

/// <summary>A step at a place in the body. What stands in the way of its pointer, a text where an object should be, stays.</summary>
internal abstract class FieldStep(TransformConfig config) : BodyStep(config)
{
    /// <summary>Where.</summary>
    protected JsonPointer Pointer { get; } =
        JsonPointer.Parse(config.Subject)
        ?? throw new ArgumentException($"{config.Subject} is no JSON pointer.", nameof(config));

    /// <inheritdoc />
    protected override IEnumerable<string> Roots => [Pointer.First];

    /// <summary>The pointer's last name.</summary>
    protected ReadOnlyMemory<byte> Last => Pointer.Tokens[^1];
}

/// <summary>Gives a member a value; where it is not there alone, as a default.</summary>
internal sealed class SetField(TransformConfig config) : FieldStep(config)
{
    private readonly bool isDefault = config.Action == TransformAction.Default;
    private readonly byte[] value = Encoding.UTF8.GetBytes(config.Value!);

    /// <inheritdoc />
    public override bool Apply(OpenedBody body, Dialect dialect)
    {
        var done = false;
        foreach (var level in body.ParentsOf(Pointer, makes: true))
        {
            var found = level.Find(Last.Span);
            if (found.Count == 0)
            {
                done |= Make(level);
            }
            else if (!isDefault)
            {
                found.ForEach(item => JsonLevel.Put(item, value));
                done = true;
            }
        }

        return done;
    }

    private bool Make(JsonLevel level)
    {
        if (!level.IsArray)
        {
            level.Add(Last, value);
            return true;
        }

        if (JsonPointer.IsEnd(Last.Span))
        {
            level.AddElement(value);
            return true;
        }

        return false;
    }
}

/// <summary>Takes a member or an element away.</summary>
internal sealed class RemoveField(TransformConfig config) : FieldStep(config)
{
    /// <inheritdoc />
    public override bool Apply(OpenedBody body, Dialect dialect)
    {
        var done = false;
        foreach (var level in body.ParentsOf(Pointer, makes: false))
        {
            foreach (var item in level.Find(Last.Span))
            {
                item.IsGone = done = true;
            }
        }

        return done;
    }
}

/// <summary>Gives a member another name. Elements have none.</summary>
internal sealed class RenameField(TransformConfig config) : FieldStep(config)
{
    private readonly string newName = config.Value!;
    private readonly byte[] name = Encoding.UTF8.GetBytes(config.Value!);

    /// <inheritdoc />
    protected override IEnumerable<string> Roots => Pointer.Tokens.Length == 1 ? [Pointer.First, newName] : base.Roots;

    /// <inheritdoc />
    public override bool Apply(OpenedBody body, Dialect dialect)
    {
        var done = false;
        foreach (var level in body.ParentsOf(Pointer, makes: false))
        {
            var found = level.IsArray ? [] : level.Find(Last.Span);
            if (found.Count > 0)
            {
                level.Find(name).ForEach(item => item.IsGone = !found.Contains(item));
                found.ForEach(item => item.Name = name);
                done = true;
            }
        }

        return done;
    }
}

/// <summary>Brings a number inside bounds; what is none stays.</summary>
internal sealed class ClampField(TransformConfig config) : FieldStep(config)
{
    /// <inheritdoc />
    public override bool Apply(OpenedBody body, Dialect dialect)
    {
        var done = false;
        foreach (var level in body.ParentsOf(Pointer, makes: false))
        {
            foreach (var item in level.Find(Last.Span))
            {
                if (BoundFor(level.TextOf(item)) is { } bound)
                {
                    JsonLevel.Put(item, Encoding.ASCII.GetBytes(bound.ToString(CultureInfo.InvariantCulture)));
                    done = true;
                }
            }
        }

        return done;
    }

    private decimal? BoundFor(ReadOnlySpan<byte> json)
    {
        if (json[0] != (byte)'-' && !char.IsAsciiDigit((char)json[0]))
        {
            return null;
        }

        if (decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            return value < Config.Min ? Config.Min
                : value > Config.Max ? Config.Max
                : null;
        }

        // Beyond what a decimal holds, and beyond any bound.
        return json[0] == (byte)'-' ? Config.Min : Config.Max;
    }
}
