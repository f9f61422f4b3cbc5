using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class UpkeepReaderTests
{
    [Theory]
    [InlineData("", null, 7, null)]
    [InlineData("backup: {}", null, 7, null)]
    [InlineData("backup: { every: 1d, keep: 3, folder: /srv/weir }", 24, 3, "/srv/weir")]
    [InlineData("backup: { every: 1h, keep: 1 }", 1, 1, null)]
    [InlineData("backup: { every: 3650d, keep: 1000 }", 87_600, 1000, null)]
    public void How_often_backups_are_made_is_read(string text, int? hours, int keep, string? folder)
    {
        var result = ConfigReader.Read("version: 1\n" + text, _ => null);

        Assert.Empty(result.Faults);
        var read = result.Config!.Backup;
        Assert.Equal(
            (hours is { } h ? TimeSpan.FromHours(h) : (TimeSpan?)null, keep, folder),
            (read.Every, read.Keep, read.Folder)
        );
    }

    [Theory]
    [InlineData("journal: {}", 7, 1024)]
    [InlineData("journal: { keep: 0d, maxMb: 0 }", 0, 0)]
    [InlineData("journal: { keep: 30d, maxMb: 1048576 }", 30, 1_048_576)]
    [InlineData("journal: { maxMb: 64 }", 7, 64)]
    public void How_much_of_the_journal_is_kept_is_read(string text, int days, long megabytes)
    {
        var result = ConfigReader.Read("version: 1\n" + text, _ => null);

        Assert.Empty(result.Faults);
        var read = result.Config!.Server.Journal;
        Assert.Equal((TimeSpan.FromDays(days), megabytes * 1024 * 1024), (read.Keep, read.MaxBytes));
    }

    [Theory]
    [InlineData("backup: { every: 59m }", "backup.every")]
    [InlineData("backup: { every: 3651d }", "backup.every")]
    [InlineData("backup: { every: daily }", "backup.every")]
    [InlineData("backup: { keep: 0 }", "backup.keep")]
    [InlineData("backup: { keep: 1001 }", "backup.keep")]
    [InlineData("backup: { keep: many }", "backup.keep")]
    [InlineData("backup: { folder: backups }", "backup.folder")]
    [InlineData("backup: { foldr: /srv }", "backup.foldr")]
    [InlineData("backup: 1d", "backup")]
    [InlineData("journal: { keep: -1d }", "journal.keep")]
    [InlineData("journal: { maxMb: -1 }", "journal.maxMb")]
    [InlineData("journal: { maxMb: 1048577 }", "journal.maxMb")]
    [InlineData("journal: { maxMb: 1.5 }", "journal.maxMb")]
    [InlineData("journal: { max: 5 }", "journal.max")]
    public void What_cannot_be_done_is_refused(string text, string path)
    {
        var result = ConfigReader.Read("version: 1\n" + text, _ => null);

        Assert.Equal(path, Assert.Single(result.Faults).Key);
    }
}
