using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Weir.Ledger;

/// <summary>
/// The lines of the price list, both ways. A model's line is six fields between tabs (name, name for people, day of
/// release, context limit, output limit, prices), the prices being words between spaces: a letter and a figure for a
/// rate, <c>@day</c> for a date from which what follows holds, <c>>tokens</c> for a tier, <c>+name</c> or
/// <c>+name=name</c> for a mode.
/// </summary>
internal static class CatalogueLines
{
    private const string DayFormat = "yyyy-MM-dd";

    // In the order in which they are written.
    private static readonly (
        char Letter,
        Func<PriceRates, decimal?> Get,
        Func<PriceRates, decimal, PriceRates> Set
    )[] Classes =
    [
        ('i', r => r.Input, (r, v) => r with { Input = v }),
        ('o', r => r.Output, (r, v) => r with { Output = v }),
        ('r', r => r.CacheRead, (r, v) => r with { CacheRead = v }),
        ('w', r => r.CacheWrite5m, (r, v) => r with { CacheWrite5m = v }),
        ('h', r => r.CacheWrite1h, (r, v) => r with { CacheWrite1h = v }),
        ('t', r => r.Reasoning, (r, v) => r with { Reasoning = v }),
    ];

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

    /// <summary>A model's prices by rising date, from its line; at least one.</summary>
    /// <exception cref="FormatException">The line is not as the format has it.</exception>
    public static ImmutableArray<ModelPrice> Read(string catalogue, decimal? webSearch, ReadOnlySpan<byte> line)
    {
        Span<Range> fields = stackalloc Range[7];
        if (Split(line, (byte)'\t', fields) != 6)
        {
            throw new FormatException($"A line of {catalogue} has not six fields.");
        }

        var display = Encoding.UTF8.GetString(line[fields[1]]);
        var model = new ModelPrice
        {
            Catalogue = catalogue,
            Model = Encoding.UTF8.GetString(line[fields[0]]),
            DisplayName = display.Length == 0 ? null : display,
            Released = line[fields[2]].IsEmpty ? null : Day(line[fields[2]]),
            ContextLimit = Count(line[fields[3]]),
            OutputLimit = Count(line[fields[4]]),
            WebSearchPerThousand = webSearch,
            Rates = new PriceRates(),
        };
        return new Reader(model).Read(line[fields[5]]);
    }

    /// <summary>A model's line, from its prices by rising date: what <see cref="Read"/> reads, tiers in full.</summary>
    public static string Write(ImmutableArray<ModelPrice> prices)
    {
        var model = prices[0];
        var words = new List<string>();
        foreach (var price in prices)
        {
            if (price.From is { } from)
            {
                words.Add("@" + from.ToString(DayFormat, CultureInfo.InvariantCulture));
            }

            Write(words, price.Rates);
            foreach (var tier in price.Tiers)
            {
                words.Add(string.Create(CultureInfo.InvariantCulture, $">{tier.AbovePromptTokens}"));
                Write(words, tier.Rates);
            }

            foreach (var mode in price.Modes.GroupBy(m => m.Value))
            {
                words.Add("+" + string.Join('=', mode.Select(m => m.Key)));
                Write(words, mode.Key);
            }
        }

        return string.Join(
            '\t',
            model.Model,
            model.DisplayName,
            model.Released?.ToString(DayFormat, CultureInfo.InvariantCulture),
            model.ContextLimit?.ToString(CultureInfo.InvariantCulture),
            model.OutputLimit?.ToString(CultureInfo.InvariantCulture),
            string.Join(' ', words)
        );
    }

    private static void Write(List<string> words, PriceRates rates)
    {
        foreach (var (letter, get, _) in Classes)
        {
            if (get(rates) is { } rate)
            {
                words.Add(letter + rate.ToString("0.############################", CultureInfo.InvariantCulture));
            }
        }
    }

    private static int Split(ReadOnlySpan<byte> line, byte separator, Span<Range> parts)
    {
        var count = 0;
        foreach (var range in line.Split(separator))
        {
            if (count == parts.Length)
            {
                return count;
            }

            parts[count++] = range;
        }

        return count;
    }

    private static decimal Figure(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out decimal figure, out var read) && read == text.Length
            ? figure
            : throw new FormatException($"'{Encoding.UTF8.GetString(text)}' is no price.");

    private static long? Count(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? null
        : Utf8Parser.TryParse(text, out long count, out var read) && read == text.Length ? count
        : throw new FormatException($"'{Encoding.UTF8.GetString(text)}' is no count.");

    private static DateOnly Day(ReadOnlySpan<byte> text) =>
        DateOnly.ParseExact(Encoding.UTF8.GetString(text), DayFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads the words of the prices: the rates that come next belong to what the last mark opened.</summary>
    private sealed class Reader(ModelPrice model)
    {
        private readonly ImmutableArray<ModelPrice>.Builder done = ImmutableArray.CreateBuilder<ModelPrice>(1);
        private readonly List<PriceTier> tiers = [];
        private readonly List<(string Names, PriceRates Rates)> modes = [];
        private DateOnly? from;
        private PriceRates standard = new();
        private PriceRates rates = new();
        private Action<Reader> close = r => r.standard = r.rates;

        public ImmutableArray<ModelPrice> Read(ReadOnlySpan<byte> words)
        {
            var first = true;
            foreach (var range in words.Split((byte)' '))
            {
                var word = words[range];
                if (!word.IsEmpty)
                {
                    Take(word, first);
                    first = false;
                }
            }

            Finish();
            return done.ToImmutable();
        }

        private void Take(ReadOnlySpan<byte> word, bool first)
        {
            var rest = word[1..];
            switch ((char)word[0])
            {
                case '@':
                    if (!first)
                    {
                        Finish();
                    }

                    from = Day(rest);
                    break;
                case '>':
                    var above = Count(rest) ?? throw new FormatException("A tier has no threshold.");
                    Open(r => r.tiers.Add(new PriceTier(above, r.rates.Over(r.standard))));
                    break;
                case '+':
                    var names = Encoding.UTF8.GetString(rest);
                    Open(r => r.modes.Add((names, r.rates)));
                    break;
                default:
                    rates = Set(rates, (char)word[0], Figure(rest));
                    break;
            }
        }

        private void Open(Action<Reader> whenClosed)
        {
            close(this);
            rates = new PriceRates();
            close = whenClosed;
        }

        private void Finish()
        {
            Open(r => r.standard = r.rates);
            done.Add(
                model with
                {
                    From = from,
                    Rates = standard,
                    Tiers = [.. tiers.OrderBy(t => t.AbovePromptTokens)],
                    Modes = modes
                        .SelectMany(m => m.Names.Split('=').Select(n => KeyValuePair.Create(n, m.Rates)))
                        .ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase),
                }
            );
            tiers.Clear();
            modes.Clear();
            standard = new PriceRates();
        }

        private static PriceRates Set(PriceRates rates, char letter, decimal figure)
        {
            foreach (var known in Classes)
            {
                if (known.Letter == letter)
                {
                    return known.Set(rates, figure);
                }
            }

            throw new FormatException($"'{letter}' is no class of tokens.");
        }
    }
}
