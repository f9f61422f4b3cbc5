using Weir.Exports.Parquet;

namespace Weir.Exports.Tests;

public sealed class LibraryPlacesTests
{
    [Fact]
    public void Without_its_library_parquet_says_what_to_run()
    {
        var exporter = new RequestExporter(new LibraryPlaces { ProgramFolder = "/none", DataFolder = "/data" });

        Assert.Contains(
            "npm install --prefix \"/data\" @duckdb/node-bindings-",
            exporter.Missing(ExportFormat.Parquet),
            StringComparison.Ordinal
        );
        Assert.Null(exporter.Missing(ExportFormat.Xlsx));
    }

    [Fact]
    public void A_place_that_was_named_is_the_only_one()
    {
        var exporter = new RequestExporter(
            new LibraryPlaces
            {
                Named = "/elsewhere",
                ProgramFolder = "/none",
                DataFolder = "/data",
            }
        );

        Assert.Contains("/elsewhere", exporter.Missing(ExportFormat.Parquet), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_library_is_told_as_such()
    {
        var file = Path.GetTempFileName();
        try
        {
            var refusal = Assert.Throws<ExportException>(() => DuckDb.Open(file, file + ".duckdb"));
            Assert.Contains("cannot be loaded", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
