namespace Weir.Gateway.Simulator;

/// <summary>The waits of models as they are measured: near a second to the first token, more for long prompts; some sixty tokens a second.</summary>
internal static class RealPace
{
    private const int PiecesPerSecond = 15;

    /// <summary>The options with waits where none are asked for, the same for the same request.</summary>
    public static SimulatorOptions Of(SimulatorRequest request, SimulatorOptions options)
    {
        // 0.5 to 1.5, from bits of the seed that nothing else uses.
        var mood = 0.5 + ((request.Seed >> 40 & 0xFFFF) / 65_536.0);
        var first = TimeSpan.FromSeconds(mood * (0.6 + (request.PromptTokens / 80_000.0)));
        return options.Paced(first, TimeSpan.FromSeconds(mood / PiecesPerSecond));
    }

    /// <summary>Tokens in a piece, as vendors send them.</summary>
    public const int TokensPerPiece = 4;
}
