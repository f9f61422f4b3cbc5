using System.Text;

namespace Weir.Exports.Tests;

/// <summary>A reader of RFC 4180, written from its grammar and strict: what it does not allow throws.</summary>
internal static class CsvReader
{
    /// <summary>The records of a file, the heading first.</summary>
    public static List<string[]> Read(byte[] bytes)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        var (records, record, at) = (new List<string[]>(), new List<string>(), 0);
        while (at < text.Length)
        {
            var field = new StringBuilder();
            if (text[at] == '"')
            {
                for (at++; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
                {
                    field.Append(text[at]);
                    at += text[at] == '"' ? 1 : 0;
                }

                at++;
            }
            else
            {
                for (; text[at] is not (',' or '\r' or '\n'); at++)
                {
                    Assert.NotEqual('"', text[at]);
                    field.Append(text[at]);
                }
            }

            record.Add(field.ToString());
            if (text[at] == ',')
            {
                at++;
            }
            else
            {
                Assert.Equal("\r\n", text.Substring(at, 2));
                at += 2;
                records.Add([.. record]);
                record.Clear();
            }
        }

        return records;
    }
}
