using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.Ledger;

/// <summary>
/// The lines of the price list, both ways. A model's line is six fields between tabs (name, name for people, day of
/// release, context limit, output limit, prices), the prices being words between spaces: a letter and a figure for a
/// rate, <c>@day</c> for a date from which what follows holds, <c>&gt;tokens</c> for a tier, <c>+name</c> or
/// <c>+name=name</c> for a mode.
/// </summary>
internal static class CatalogueLines
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>The catalogue's name in <c>=name</c> or <c>=name TAB sRATE</c>.</summary>
    public static string SectionName(ReadOnlySpan<byte> line)
    {
        var tab = line.IndexOf((byte)'\t');
        return Encoding.UTF8.GetString(tab < 0 ? line[1..] : line[1..tab]);
    }

    /// <summary>The price of a thousand web searches in a section's head; null when it has none.</summary>
    public static decimal? SectionWebSearch(ReadOnlySpan<byte> line)
    {
        var tab = line.IndexOf((byte)'\t');
        return tab < 0 ? null : Figure(line[(tab + 2)..]);
    }

    /// <summary>A model's prices by rising date, from its line; at least one. Tiers come out in full.</summary>
    /// <exception cref="FormatException">The line is not as the format has it.</exception>
    public static ModelPrice[] Read(string catalogue, decimal? webSearch, ReadOnlySpan<byte> line)
    {
        var rest = line;
        var model = new ModelPrice
        {
            Catalogue = catalogue,
            Model = Encoding.UTF8.GetString(Field(ref rest)),
            DisplayName = Text(Field(ref rest)),
            Released = Day(Field(ref rest)),
            ContextLimit = Count(Field(ref rest)),
            OutputLimit = Count(Field(ref rest)),
            WebSearchPerThousand = webSearch,
            Rates = new PriceRates(),
        };
        return rest.Contains((byte)'\t')
            ? throw new FormatException("A line has more than six fields.")
            : Prices(model, rest);
    }

    /// <summary>A model's line, from its prices by rising date.</summary>
    public static string Write(IReadOnlyList<ModelPrice> prices)
    {
        var words = new List<string>();
        foreach (var price in prices)
        {
            if (price.From is { } from)
            {
                words.Add("@" + Day(from));
            }

            Write(words, price.Rates);
            foreach (var tier in price.Tiers)
            {
                words.Add(">" + Count(tier.AbovePromptTokens));
                Write(words, tier.Rates);
            }

            foreach (var mode in price.Modes.GroupBy(m => m.Value))
            {
                words.Add("+" + string.Join('=', mode.Select(m => m.Key)));
                Write(words, mode.Key);
            }
        }

        var model = prices[0];
        return string.Join(
            '\t',
            model.Model,
            model.DisplayName,
            Day(model.Released),
            Count(model.ContextLimit),
            Count(model.OutputLimit),
            string.Join(' ', words)
        );
    }

    /// <summary>The rates that follow a mark (<c>@</c>, <c>></c>, <c>+</c>) belong to what it opens, those before any to the first price.</summary>
    private static ModelPrice[] Prices(ModelPrice model, ReadOnlySpan<byte> words)
    {
        var prices = new List<ModelPrice>(1);
        var price = model;
        while (!words.IsEmpty)
        {
            var mark = (char)words[0];
            var opening = mark is '@' or '>' or '+' ? Word(ref words)[1..] : default;
            var rates = Rates(ref words);
            switch (mark)
            {
                case '>':
                    var above = Count(opening) ?? throw new FormatException("A tier has no threshold.");
                    price = price with { Tiers = price.Tiers.Add(new PriceTier(above, rates.Over(price.Rates))) };
                    break;
                case '+':
                    foreach (var name in Encoding.UTF8.GetString(opening).Split('='))
                    {
                        price = price with
                        {
                            Modes = price.Modes.WithComparers(StringComparer.OrdinalIgnoreCase).SetItem(name, rates),
                        };
                    }

                    break;
                case '@' when ReferenceEquals(price, model):
                    price = model with { From = Day(opening), Rates = rates };
                    break;
                case '@':
                    prices.Add(price);
                    price = model with { From = Day(opening), Rates = rates };
                    break;
                default:
                    price = price with { Rates = rates };
                    break;
            }
        }

        prices.Add(price);
        return [.. prices];
    }

    /// <summary>Reads rates up to the next mark or the end.</summary>
    private static PriceRates Rates(ref ReadOnlySpan<byte> words)
    {
        decimal? input = null,
            output = null,
            read = null,
            write5m = null,
            write1h = null,
            reasoning = null;
        while (!words.IsEmpty && (char)words[0] is not ('@' or '>' or '+'))
        {
            var word = Word(ref words);
            var figure = Figure(word[1..]);
            switch ((char)word[0])
            {
                case 'i':
                    input = figure;
                    break;
                case 'o':
                    output = figure;
                    break;
                case 'r':
                    read = figure;
                    break;
                case 'w':
                    write5m = figure;
                    break;
                case 'h':
                    write1h = figure;
                    break;
                case 't':
                    reasoning = figure;
                    break;
                default:
                    throw new FormatException($"'{(char)word[0]}' is no class of tokens.");
            }
        }

        return new PriceRates
        {
            Input = input,
            Output = output,
            CacheRead = read,
            CacheWrite5m = write5m,
            CacheWrite1h = write1h,
            Reasoning = reasoning,
        };
    }

    private static void Write(List<string> words, PriceRates rates)
    {
        void Word(char letter, decimal? rate)
        {
            if (rate is { } figure)
            {
                words.Add(letter + figure.ToString("0.############################", CultureInfo.InvariantCulture));
            }
        }

        Word('i', rates.Input);
        Word('o', rates.Output);
        Word('r', rates.CacheRead);
        Word('w', rates.CacheWrite5m);
        Word('h', rates.CacheWrite1h);
        Word('t', rates.Reasoning);
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> rest)
    {
        var tab = rest.IndexOf((byte)'\t');
        if (tab < 0)
        {
            throw new FormatException("A line has fewer than six fields.");
        }

        var field = rest[..tab];
        rest = rest[(tab + 1)..];
        return field;
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> rest)
    {
        var space = rest.IndexOf((byte)' ');
        var word = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[(space + 1)..];
        return word.IsEmpty ? throw new FormatException("Two spaces stand together.") : word;
    }

    private static decimal Figure(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out decimal figure, out var read) && read == text.Length
            ? figure
            : throw new FormatException($"'{Encoding.UTF8.GetString(text)}' is no price.");

    private static string? Text(ReadOnlySpan<byte> text) => text.IsEmpty ? null : Encoding.UTF8.GetString(text);

    private static long? Count(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? null
        : Utf8Parser.TryParse(text, out long count, out var read) && read == text.Length ? count
        : throw new FormatException($"'{Encoding.UTF8.GetString(text)}' is no count.");

    private static string? Count(long? count) => count?.ToString(CultureInfo.InvariantCulture);

    private static DateOnly? Day(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        return
            text.Length == 10
            && text[4] == '-'
            && text[7] == '-'
            && Count(text[..4]) is { } year and > 0
            && Count(text[5..7]) is { } month and > 0 and <= 12
            && Count(text[8..]) is { } day and > 0
            && day <= DateTime.DaysInMonth((int)year, (int)month)
            ? new DateOnly((int)year, (int)month, (int)day)
            : throw new FormatException($"'{Encoding.UTF8.GetString(text)}' is no day.");
    }

    private static string? Day(DateOnly? day) => day?.ToString(DayFormat, CultureInfo.InvariantCulture);
}
