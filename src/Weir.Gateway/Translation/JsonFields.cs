using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Weir.Gateway.Translation;

/// <summary>
/// The properties of one object, found in one pass, for readers that ask for several. Of anything but an object it is empty.
/// Properties beyond the sixteenth are looked for in the value itself.
/// </summary>
internal ref struct JsonFields
{
    private readonly JsonValue value;
    private Slots slots;
    private readonly int count;

    /// <summary>Enters the value.</summary>
    /// <exception cref="JsonException">It is not well-formed.</exception>
    public JsonFields(JsonValue value)
    {
        this.value = value;
        foreach (var member in value.Members())
        {
            if (count == Slots.Length)
            {
                count++;
                break;
            }

            value.Raw.Overlaps(member.Name, out var nameAt);
            value.Raw.Overlaps(member.Value.Raw, out var valueAt);
            slots[count++] = new Slot(nameAt, member.Name.Length, valueAt, member.Value.Raw.Length);
        }
    }

    /// <inheritdoc cref="JsonValue.Get" />
    public readonly JsonValue Get(ReadOnlySpan<byte> name)
    {
        if (count > Slots.Length)
        {
            return value.Get(name);
        }

        var raw = value.Raw;
        for (var i = count - 1; i >= 0; i--)
        {
            var slot = slots[i];
            var stands = raw.Slice(slot.NameAt, slot.NameLength);
            if (
                stands.SequenceEqual(name) || (stands.Contains((byte)'\\') && Weir.Wire.JsonText.Is(stands, true, name))
            )
            {
                var found = value.Inside(slot.ValueAt, slot.ValueLength);
                return found.ValueKind == JsonValueKind.Null ? default : found;
            }
        }

        return default;
    }

    /// <inheritdoc cref="JsonValue.Text" />
    public readonly RawText Text(ReadOnlySpan<byte> name) => RawText.Of(Get(name));

    /// <inheritdoc cref="JsonValue.Is" />
    public readonly bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ascii) => Get(name).IsText(ascii);

    /// <inheritdoc cref="JsonValue.Flag" />
    public readonly bool? Flag(ReadOnlySpan<byte> name) =>
        Get(name).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    private readonly record struct Slot(int NameAt, int NameLength, int ValueAt, int ValueLength);

    [InlineArray(Length)]
    private struct Slots
    {
        public const int Length = 16;

        private Slot first;
    }
}
