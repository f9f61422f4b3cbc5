namespace Weir.Gateway.Translation;

/// <summary>What becomes of former thinking. Pure.</summary>
internal static class Thoughts
{
    /// <summary>What is lost when a piece of thinking is left out.</summary>
    public static Feature LossOf(ThinkingPart thinking) =>
        thinking.Proof.Kind is ProofKind.None or ProofKind.Text ? Feature.ThinkingText : Feature.ThinkingSignature;
}
