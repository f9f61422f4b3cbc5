using System.Globalization;
using System.Text;

namespace Weir.Bench.Capture;

/// <summary>A session of Claude Code that grows, request by request, each with a call of a tool and its result.</summary>
internal sealed class Transcript(string path, string session)
{
    private int requests;

    /// <summary>Writes one more request at the end, in one write, and gives its request id.</summary>
    public string Add(DateTimeOffset at)
    {
        var request = $"req_{session}_{++requests}";
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"parentUuid":null,"isSidechain":false,"userType":"external","cwd":"/home/ada/src/weir","sessionId":"{{{session}}}","version":"2.1.197","gitBranch":"main","type":"assistant","message":{"id":"msg_{{{session}}}_{{{requests}}}","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[{"type":"tool_use","id":"toolu_{{{session}}}_{{{requests}}}","name":"Bash","input":{"command":"ls"}}],"stop_reason":"tool_use","usage":{"input_tokens":12,"cache_creation_input_tokens":340,"cache_read_input_tokens":51234,"output_tokens":87}},"requestId":"{{{request}}}","uuid":"a{{{requests}}}","timestamp":"{{{at:yyyy-MM-ddTHH:mm:ss.fffZ}}}"}
            {"parentUuid":"a{{{requests}}}","isSidechain":false,"userType":"external","cwd":"/home/ada/src/weir","sessionId":"{{{session}}}","version":"2.1.197","gitBranch":"main","type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_{{{session}}}_{{{requests}}}","type":"tool_result","content":"README.md"}]},"uuid":"b{{{requests}}}","timestamp":"{{{at:yyyy-MM-ddTHH:mm:ss.fffZ}}}"}

            """
        );
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.UTF8.GetBytes(line));
        return request;
    }
}
