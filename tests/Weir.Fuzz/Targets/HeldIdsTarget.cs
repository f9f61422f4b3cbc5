using System.Text;
using Weir.Foundation;
using Weir.Fuzz.Engine;
using Weir.Gateway.Wire;

namespace Weir.Fuzz.Targets;

/// <summary>The ids of what an account holds, in requests, answers and lists: bounded in number and length, whatever comes.</summary>
internal sealed class HeldIdsTarget : FuzzTarget
{
    private const int Most = 2_048;
    private const int Longest = 2_048;

    public override string Name => "held-ids";

    public override string Group => "request";

    public override IEnumerable<byte[]> Seeds() =>
        new[]
        {
            """{"previous_response_id":"resp_1","input":[{"type":"item_reference","id":"rs_1"},{"type":"input_file","file_id":"file-1"}]}""",
            """{"conversation":{"id":"conv_1"},"tools":[{"type":"file_search","vector_store_ids":["vs_1"]}]}""",
            """{"contents":[{"parts":[{"fileData":{"fileUri":"https://x/v1beta/files/f3"}}]}],"cachedContent":"cachedContents/a"}""",
            """{"object":"list","data":[{"id":"file-1"},{"name":"files/f2"}]}""",
            """{"id":"batch_1","output_file_id":"file-o","file":{"name":"files/f3"}}""",
            "?upload_id=a%2Bb&x=y",
            "/v1/responses/resp_1/cancel",
        }.Select(Encoding.UTF8.GetBytes);

    public override string Run(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        IReadOnlyList<string>[] found =
        [
            HeldIds.InRequest(input, Dialect.PassThrough) ?? [],
            HeldIds.OfAnswer(input),
            HeldIds.OfList(input),
            HeldIds.ItemsIn(input),
            HeldIds.InPath(text),
            HeldIds.UploadIn(text) is { } upload ? [upload] : [],
        ];
        foreach (var ids in found[..4])
        {
            Must(ids.Count <= Most, "ids are bounded");
        }

        foreach (var id in found.SelectMany(ids => ids))
        {
            Must(id.Length <= Longest, "an id is bounded");
        }

        return string.Join(' ', found.Select(ids => Bucket(ids.Count)));
    }
}
