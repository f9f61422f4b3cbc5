namespace Weir.Foundation;

/// <summary>A model at a provider: the provider's configured name and the model's name as that provider writes it.</summary>
public readonly record struct ModelRef(string Provider, string Model)
{
    /// <inheritdoc />
    public override string ToString() => $"{Provider}/{Model}";
}
