namespace Weir.Cli.StatusLine;

/// <summary>How <c>weir statusline</c> was called.</summary>
/// <param name="Json">A JSON object instead of a line.</param>
/// <param name="Color">With colours.</param>
/// <param name="Data">The data folder; null for the usual one.</param>
/// <param name="Server">A server's address; null for that of the data folder.</param>
/// <param name="Key">A Weir key for it; null for the usual one.</param>
internal sealed record StatusLineOptions(bool Json, bool Color, string? Data, string? Server, string? Key)
{
    /// <summary>Reads the arguments behind the command's name; null for any that is not one of its options.</summary>
    public static StatusLineOptions? Read(ReadOnlySpan<string> arguments)
    {
        var options = new StatusLineOptions(false, false, null, null, null);
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--json":
                    options = options with { Json = true };
                    continue;
                case "--color":
                    options = options with { Color = true };
                    continue;
                case "--data" when value is not null:
                    options = options with { Data = value };
                    break;
                case "--server" when value is not null:
                    options = options with { Server = value };
                    break;
                case "--key" when value is not null:
                    options = options with { Key = value };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return options;
    }
}
