using System.Globalization;
using System.Text;

namespace Weir.Capture.Tests.Limits;

public class LimitCorpusTests
{
    [Fact]
    public void RealMessagesAreRead()
    {
        var text = new StringBuilder();
        foreach (var part in LimitSample.All.GroupBy(sample => sample.Part).Where(p => Environment.GetEnvironmentVariable("PARTS") is not { } only || only.Split(',').Contains(p.Key)))
        {
            var read = part.Select(sample => (sample, notice: sample.Read())).ToList();
            var right = read.Count(r => r.sample.IsLimit && r.notice is not null);
            var limits = read.Count(r => r.sample.IsLimit);
            var taken = read.Count(r => r.notice is not null);
            var whole = read.Count(r => r.sample.IsLimit && r.sample.Fault(r.notice) is null);
            text.AppendLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{part.Key}: {limits} limits, {read.Count - limits} others; precision {(double)right / taken:P1}, recall {(double)right / limits:P1}, read in full {(double)whole / limits:P1}"
                )
            );
            foreach (var (sample, notice) in read.Where(r => r.sample.Fault(r.notice) is not null))
            {
                text.AppendLine($"  {sample.Source}: {sample.Fault(notice)}: {sample.Text}");
            }
        }

        Console.Error.WriteLine(text);
    }
}
