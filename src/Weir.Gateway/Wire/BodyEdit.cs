namespace Weir.Gateway.Wire;

/// <summary>A piece of a body and what stands in its place.</summary>
/// <param name="Start">The offset of the first byte that goes.</param>
/// <param name="End">The offset behind the last; <paramref name="Start"/> where nothing goes.</param>
/// <param name="Text">What comes; empty for nothing.</param>
internal readonly record struct BodyEdit(int Start, int End, ReadOnlyMemory<byte> Text);
