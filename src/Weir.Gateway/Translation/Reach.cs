using Weir.Foundation;
using Weir.Gateway.Upstreams;

namespace Weir.Gateway.Translation;

/// <summary>Which dialect a provider is spoken to in, for a caller of another. Pure.</summary>
internal static class Reach
{
    /// <summary>Whether a caller's request for the model can be served by the provider at all, in its own dialect or another.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="caller">The caller's dialect.</param>
    /// <param name="model">The model to ask for there.</param>
    /// <param name="mayTranslate">Whether this is a request that is translated: one that a model answers in words.</param>
    public static bool Serves(ProviderModel provider, Dialect caller, string model, bool mayTranslate) =>
        provider.Speaks(caller, model) || (mayTranslate && UpstreamDialect(provider, caller, model) != Dialect.None);

    /// <summary>
    /// The dialect in which to ask the provider instead of the caller's; none when it speaks the caller's, when there is no
    /// translation, and when it has no key of Weir's: a caller's own credential is meant for a vendor of the caller's dialect.
    /// </summary>
    public static Dialect UpstreamDialect(ProviderModel provider, Dialect caller, string model)
    {
        if (provider.Speaks(caller, model) || !Dialects.IsTranslatedFrom(caller) || LacksKey(provider))
        {
            return Dialect.None;
        }

        var native = provider.NativeDialect(model);
        return Dialects.IsTranslatedInto(native) ? native : Dialect.None;
    }

    /// <summary>Whether only a missing key stands between the caller and a translation.</summary>
    public static bool LacksKey(ProviderModel provider) =>
        !provider.HasOwnCredential
        && provider.Kind
            is ProviderKind.Anthropic
                or ProviderKind.OpenAI
                or ProviderKind.Gemini
                or ProviderKind.AzureOpenAI;
}
