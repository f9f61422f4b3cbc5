namespace Weir.Gateway.Translation;

/// <summary>Numbers that steer sampling, which go on as they were written. Pure.</summary>
internal static class Sampling
{
    /// <summary>Writes the property where there is a value; where it is dropped, notes that. One that says what is so anyway is dropped without a word.</summary>
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
        else if (!(value.TryGetDouble(out var number) && number == SaysNothing(feature)))
        {
            dropped = dropped.With(feature);
        }
    }

    /// <summary>The value at which the model does what it does anyway; of a seed there is none.</summary>
    private static double SaysNothing(Feature feature) =>
        feature switch
        {
            Feature.Penalties => 0,
            Feature.Seed => double.NaN,
            _ => 1,
        };
}
