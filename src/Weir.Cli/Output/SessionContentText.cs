using System.Globalization;
using Weir.Client;
using Weir.Client.Json;
using Weir.Server;

namespace Weir.Cli.Output;

/// <summary>
/// What was said in a session, as people read it: a line for each who speaks, and the words below it, set in, so that no text can pass
/// for such a line.
/// </summary>
internal static class SessionContentText
{
    /// <summary>Writes it, and says on standard error what is missing.</summary>
    /// <returns>The exit code: <see cref="ExitCodes.NotFound"/> when there is nothing.</returns>
    public static int Write(SessionContent content, bool asJson)
    {
        if (asJson)
        {
            CommandRun.WriteJson(content, WeirJsonIndented.Written.SessionContent);
        }
        else
        {
            foreach (var line in content.Items.SelectMany(Lines))
            {
                Console.Out.WriteLine(line);
            }
        }

        if (content.IsCut)
        {
            CommandRun.Note("there is more of it than can be shown: this is the newest");
        }

        if (content.UnreadableLines > 0)
        {
            CommandRun.Note($"{Figures.Count(content.UnreadableLines)} lines of the agent's could not be read");
        }

        if (content.Absence is not { } absence)
        {
            return ExitCodes.Ok;
        }

        CommandRun.Note(absence);
        return ExitCodes.NotFound;
    }

    /// <summary>The lines of one item, the last one empty.</summary>
    public static IEnumerable<string> Lines(SessionContentItem item)
    {
        var words = new List<string> { item.Kind.Replace('_', ' ') };
        if (item.Name is { } name)
        {
            words.Add(Figures.Name(name));
        }

        if (item.At is { } at)
        {
            words.Add(at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        }

        if (item.Agent is { } agent)
        {
            words.Add($"agent {Figures.Name(agent)}");
        }

        yield return "── " + string.Join("  ", words);
        foreach (var line in Figures.Lines(item.Text))
        {
            yield return line.Length == 0 ? "" : "   " + line;
        }

        if (item.IsCut)
        {
            yield return "   … (cut off)";
        }

        yield return "";
    }
}
