namespace Weir.Gateway.Translation;

/// <summary>Numbers that steer sampling, which go on as they were written. Pure.</summary>
internal static class Sampling
{
    /// <summary>Writes the property where there is a value; where it is dropped, notes that. A 1 or 0 that says what is so anyway is dropped without a word.</summary>
    public static void Write(
        ReadOnlySpan<byte> name,
        Feature feature,
        JsonValue value,
        bool drops,
        ref FeatureSet dropped,
        JsonOut to
    )
    {
        if (!value.Exists())
        {
            return;
        }

        if (!drops)
        {
            to.Raw(name, value.Raw);
        }
        else if (!(value.TryGetDouble(out var number) && number == (feature == Feature.Penalties ? 0 : 1)))
        {
            dropped = dropped.With(feature);
        }
    }
}
