namespace Weir.Foundation;

/// <summary>
/// The tenant that a stored row belongs to. Every row carries one and every query takes one.
/// Positive; the instance's own workspace is <see cref="Default"/>. Zero is "not set" and never stored.
/// </summary>
public readonly record struct WorkspaceId(int Value)
{
    /// <summary>The workspace named "default", which every data folder has from its first start.</summary>
    public static WorkspaceId Default { get; } = new(1);

    /// <inheritdoc />
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
