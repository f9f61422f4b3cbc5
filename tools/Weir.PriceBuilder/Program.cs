using System.Text;
using Weir.Ledger;
using Weir.PriceBuilder;

// Builds the price list that Weir.Ledger embeds, or checks it figure by figure against its source.
//   Weir.PriceBuilder MODELS.JSON PRICES.TXT            writes PRICES.TXT; prices that changed get the source's date
//   Weir.PriceBuilder MODELS.JSON PRICES.TXT --verify   compares and writes nothing

if (args.Length is not (2 or 3) || (args.Length == 3 && args[2] != "--verify"))
{
    await Console.Error.WriteLineAsync("usage: MODELS.JSON PRICES.TXT [--verify]");
    return 2;
}

using var source = ModelsDev.Open(args[0]);
if (args.Length == 3)
{
    var faults = Verification.Faults(source, new PriceCatalogue(await File.ReadAllBytesAsync(args[1])));
    foreach (var fault in faults.Take(50))
    {
        await Console.Error.WriteLineAsync(fault);
    }

    Console.WriteLine($"{source.ModelCount} models compared, {faults.Count} faults");
    return faults.Count == 0 ? 0 : 1;
}

var previous = File.Exists(args[1]) ? new PriceCatalogue(await File.ReadAllBytesAsync(args[1])) : null;
await File.WriteAllTextAsync(args[1], PriceListWriter.Write(source, previous), new UTF8Encoding(false));
return 0;
