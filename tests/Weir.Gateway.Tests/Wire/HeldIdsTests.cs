using System.Text;
using Weir.Foundation;
using Weir.Gateway.Wire;

namespace Weir.Gateway.Tests.Wire;

public sealed class HeldIdsTests
{
    [Theory]
    [InlineData("""{"previous_response_id":"resp_1"}""", "resp_1")]
    [InlineData("""{"previous\u005fresponse_id":"resp_1"}""", "resp_1")]
    [InlineData("""{"previous_response_id":null}""", "")]
    [InlineData("""{"conversation":"conv_1","input":[]}""", "conv_1")]
    [InlineData("""{"conversation":{"x":{},"id":"conv_1"},"previous_response_id":"r"}""", "conv_1 r")]
    [InlineData("""{"input":[{"content":[{"type":"input_file","file_id":"f"},{"file_id":"f"}]}]}""", "f")]
    [InlineData("""{"messages":[{"content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]}""", "f")]
    [InlineData("""{"messages":[{"content":[{"type":"tool_use","input":{"file_id":"mine"}}]}]}""", "")]
    [InlineData("""{"tools":[{"parameters":{"properties":{"file_id":{"type":"string"},"a":{"file_id":"x"}}}}]}""", "")]
    [InlineData("""{"tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["a","b"]}}]}""", "a b")]
    [InlineData("""{"tools":[{"type":"file_search","vector_store_ids":["vs"]}]}""", "vs")]
    [InlineData("""{"container":{"id":"c","skills":[{"skill_id":"pdf","id":"x"}]}}""", "")]
    [InlineData("""{"input_file_id":"file-1","endpoint":"/v1/responses"}""", "file-1")]
    [InlineData("""{"cachedContent":"cachedContents/c1"}""", "c1")]
    [InlineData("""{"batch":{"input_config":{"file_name":"files/f2"}}}""", "f2")]
    [InlineData(
        """{"contents":[{"parts":[{"fileData":{"fileUri":"https://generativelanguage.googleapis.com/v1beta/files/f3"}},{"file_data":{"file_uri":"https://www.youtube.com/watch?v=1"}}]}]}""",
        "f3"
    )]
    [InlineData("""{"metadata":{"file_id":"mine"},"x":{"previous_response_id":"y"}}""", "")]
    [InlineData("""{"file_id":"cut""", "")]
    public void The_ids_of_a_request_are_those_that_the_vendor_would_look_up(string body, string ids) =>
        Assert.Equal(ids, string.Join(' ', HeldIds.InRequest(Encoding.UTF8.GetBytes(body), Dialect.PassThrough)!));

    [Theory]
    [InlineData(Dialect.OpenAIResponses, """{"previous_response_id":"r"}""", 1)]
    [InlineData(Dialect.AnthropicMessages, """{"source":{"file_id":"f"}}""", 1)]
    [InlineData(Dialect.OpenAIChat, """{"file":{"file_id":"f"}}""", 1)]
    [InlineData(Dialect.Gemini, """{"cached_content":"cachedContents/c"}""", 1)]
    [InlineData(Dialect.AnthropicMessages, """{"messages":[{"tool_use_id":"toolu_1"}]}""", 0)]
    public void Each_dialect_is_looked_through_for_what_it_has(Dialect dialect, string body, int count) =>
        Assert.Equal(count, HeldIds.InRequest(Encoding.UTF8.GetBytes(body), dialect)!.Count);

    [Theory]
    [InlineData("/v1/files/file-1a/content", "file-1a")]
    [InlineData("/v1/files/file-abc", "file-abc")]
    [InlineData("/v1/messages/batches/msgbatch_01/results", "msgbatch_01")]
    [InlineData("/v1/batches/batch_x/cancel", "batch_x")]
    [InlineData("/v1/responses/resp_x/input_items", "resp_x")]
    [InlineData("/v1/files", "")]
    [InlineData("/v1/responses/compact", "")]
    [InlineData("/v1beta/models/gemini-3:generateContent", "")]
    [InlineData("/v1beta/files/f3:download", "f3")]
    [InlineData("/v1beta/cachedContents/abc", "abc")]
    [InlineData("/upload/v1beta/files", "")]
    [InlineData("/openai/deployments/gpt-4/chat/completions", "")]
    [InlineData("/v1/projects/p1/locations/us-east1/publishers/google/models/gemini-3:predict", "")]
    [InlineData("/v1/things/thing-7", "thing-7")]
    [InlineData("/v1/files/a%31", "a1")]
    public void The_ids_of_a_path_stand_behind_a_collection_or_have_a_digit(string path, string ids) =>
        Assert.Equal(ids, string.Join(' ', HeldIds.InPath(path)));

    [Theory]
    [InlineData("""{"object":{"id":"inner"},"id":"file-1"}""", "file-1")]
    [InlineData("""{"id":"batch_1","output_file_id":"o","error_file_id":null}""", "batch_1 o")]
    [InlineData("""{"file":{"name":"files/f3","uri":"https://x/v1beta/files/f3"}}""", "f3")]
    [InlineData("""{"id":"upload_1","file":{"id":"file-9","object":"file"}}""", "upload_1 file-9")]
    [InlineData("""{"name":"cachedContents/c1","model":"models/gemini-3"}""", "c1")]
    [InlineData("""{"name":"batches/b1","response":{"responsesFile":"files/r1"}}""", "b1 r1")]
    [InlineData("""{"id":"vs_1","name":"what I call it"}""", "vs_1")]
    [InlineData("""{"object":"list","data":[{"id":"anothers"}],"files":[{"name":"files/anothers"}]}""", "")]
    [InlineData("""{"id":7}""", "")]
    [InlineData("""["id"]""", "")]
    [InlineData("nothing", "")]
    public void The_ids_of_an_answer_are_those_of_what_was_made(string body, string ids) =>
        Assert.Equal(ids, string.Join(' ', HeldIds.OfAnswer(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData(
        """{"input":[{"type":"item_reference","id":"rs_1"},{"id":"msg_2","type":"item_reference"}]}""",
        "rs_1 msg_2"
    )]
    [InlineData("""{"input":[{"type":"message","id":"msg_1","content":[{"type":"item_reference","id":"x"}]}]}""", "")]
    [InlineData("""{"tools":[{"type":"item_reference","id":"x"}],"input":"item_reference"}""", "")]
    [InlineData("""{"input":["item_reference",7,[],{"type":"item_reference","id":{"id":"x"}}]}""", "")]
    [InlineData("""{"input":[{"type":"item_reference","id":"x"}""", "x")]
    [InlineData("""{"input":[{"type":"item_reference","id":""", "")]
    public void Items_are_what_the_input_refers_to(string body, string ids) =>
        Assert.Equal(ids, string.Join(' ', HeldIds.ItemsIn(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData(
        """{"object":"list","data":[{"id":"file-1","x":{"id":"no"}},{"id":"file-2"}],"first_id":"file-1"}""",
        "file-1 file-2"
    )]
    [InlineData("""{"files":[{"name":"files/f3"},{"name":"mine"}],"nextPageToken":"x"}""", "f3")]
    [InlineData("""{"data":[["id"],"id",{"id":7},{"id":["id","x"]}]}""", "")]
    [InlineData("""[{"id":"x"}]""", "")]
    [InlineData("""{"data":[{"id":"a"},""", "a")]
    public void The_ids_of_a_list_are_those_of_its_things(string body, string ids) =>
        Assert.Equal(ids, string.Join(' ', HeldIds.OfList(Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("/v1/files", true)]
    [InlineData("/v1/messages/batches", true)]
    [InlineData("/v1/responses/resp_1/input_items", true)]
    [InlineData("/v1beta/cachedContents", true)]
    [InlineData("/v1/models", false)]
    [InlineData("/v1/files/file-1", false)]
    public void A_list_is_told_by_its_path(string path, bool isList) => Assert.Equal(isList, HeldIds.IsList(path));

    [Theory]
    [InlineData("?upload_id=ABP_x-1&upload_protocol=resumable", "ABP_x-1")]
    [InlineData("?a=b&upload_id=a%2Bb", "a+b")]
    [InlineData("?upload_id=", null)]
    [InlineData("?xupload_id=a", null)]
    [InlineData("", null)]
    public void An_upload_is_named_by_the_query(string query, string? id) => Assert.Equal(id, HeldIds.UploadIn(query));

    [Fact]
    public void A_name_with_half_a_surrogate_gives_no_exception()
    {
        var body = """{"\ud800":{"\udc00":1},"id":"file_id"}"""u8.ToArray();
        Assert.Empty(HeldIds.OfAnswer(body));
        Assert.Empty(HeldIds.OfList(body));
        Assert.Empty(HeldIds.InRequest(body, Dialect.PassThrough)!);
        Assert.Empty(HeldIds.ItemsIn("""{"\ud800":"item_reference","x":["item_reference"]}"""u8));
    }

    [Fact]
    public void Broken_text_gives_no_id_and_no_exception()
    {
        byte[] broken = [.. "{\"previous_response_id\":\""u8, 0xff, 0xfe, .. "\"}"u8];
        Assert.Empty(HeldIds.InRequest(broken, Dialect.OpenAIResponses)!);
        Assert.Empty(HeldIds.InRequest("""{"previous_response_id":"\ud800"}"""u8, Dialect.OpenAIResponses)!);
        Assert.Empty(HeldIds.OfAnswer([.. "{\"id\":\""u8, 0xff, .. "\"}"u8]));
        Assert.Empty(HeldIds.OfList([.. "{\"data\":[{\"id\":\""u8, 0xff, .. "\"}]}"u8]));
        Assert.Empty(HeldIds.ItemsIn("""{"input":[{"type":"item_reference","id":"\ud800"}]}"""u8));
    }

    [Fact]
    public void An_id_that_is_longer_than_any_is_one_that_nobody_holds()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"previous_response_id":"{{new string('r', 5000)}}"}""");
        Assert.Equal("an id of more than 256 bytes", Assert.Single(HeldIds.InRequest(body, Dialect.OpenAIResponses)!));
    }

    [Fact]
    public void More_than_anybody_sends_is_not_looked_up()
    {
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"file_id":"f{{i}}"}"""));
        Assert.Null(HeldIds.InRequest(Encoding.UTF8.GetBytes($$"""{"input":[{{many}}]}"""), Dialect.OpenAIResponses));
    }
}
