using Weir.Gateway.Translation;

namespace Weir.Gateway.Upstreams;

/// <summary>What a vendor's refused fields mean for a request that Weir writes. Pure.</summary>
internal static class VendorFeatures
{
    /// <summary>The features whose fields the vendor refuses. Fields that Weir never writes are none.</summary>
    public static FeatureSet RefusedBy(Vendor vendor)
    {
        var refused = default(FeatureSet);
        foreach (var field in vendor.RefusedChatFields)
        {
            refused = field switch
            {
                "frequency_penalty" or "presence_penalty" => refused.With(Feature.Penalties),
                "logprobs" or "top_logprobs" => refused.With(Feature.LogProbabilities),
                "parallel_tool_calls" => refused.With(Feature.NoParallelTools),
                "seed" => refused.With(Feature.Seed),
                "tools" => refused.With(Feature.Tools),
                "stop" => refused.With(Feature.StopSequences),
                "user" => refused.With(Feature.EndUser),
                "verbosity" => refused.With(Feature.Verbosity),
                _ => refused,
            };
        }

        return refused;
    }
}
