using FsCheck;
using FsCheck.Fluent;

namespace Weir.Foundation.Tests.Usage;

public sealed class CallerIdsTests
{
    private static readonly RecordId Id = new(0x0123_4567_89AB_CDEF);

    // Kept: callers have these texts in their logs.
    [Theory]
    [InlineData(Dialect.AnthropicMessages, 0, "msg_weir_req_028t5cy4tqkff")]
    [InlineData(Dialect.AnthropicMessages, 1, "msg_weir_req_028t5cy4tqkff_1")]
    [InlineData(Dialect.OpenAIChat, 0, "chatcmpl-weir-req_028t5cy4tqkff")]
    [InlineData(Dialect.OpenAIResponses, 12, "resp_weir_req_028t5cy4tqkff_12")]
    [InlineData(Dialect.Gemini, 0, "weir-req_028t5cy4tqkff")]
    [InlineData(Dialect.OpenAIEmbeddings, 9999, "weir-req_028t5cy4tqkff_9999")]
    public void Text_is_frozen(Dialect dialect, int attempt, string text) =>
        Assert.Equal(text, CallerIds.Make(dialect, Id, attempt));

    [Fact]
    public void A_request_id_is_frozen_too() => Assert.Equal("req_weir_req_028t5cy4tqkff", CallerIds.RequestId(Id));

    [Fact]
    public void Whatever_is_made_names_its_record() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<long>().Filter(n => n > 0),
                ArbMap.Default.ArbFor<NonNegativeInt>(),
                ArbMap.Default.ArbFor<Dialect>(),
                (value, attempt, dialect) =>
                {
                    var id = new RecordId(value);
                    return CallerIds.TryParse(CallerIds.Make(dialect, id, attempt.Get % 10_000), out var made)
                        && made == id
                        && CallerIds.TryParse(CallerIds.RequestId(id), out made)
                        && made == id;
                }
            )
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("msg_weir_")]
    [InlineData("weir-")]
    [InlineData("msg_01XFDUDYJgAACzvnptvVoYEL")]
    [InlineData("req_028t5cy4tqkff")]
    [InlineData("msg_weir_028t5cy4tqkff")]
    [InlineData("msg_weir_req_028t5cy4tqkf")]
    [InlineData("msg_weir_req_028t5cy4tqkfff")]
    [InlineData("msg_weir_req_028t5cy4tqkff_")]
    [InlineData("msg_weir_req_028t5cy4tqkff_0")]
    [InlineData("msg_weir_req_028t5cy4tqkff_01")]
    [InlineData("msg_weir_req_028t5cy4tqkff_-1")]
    [InlineData("msg_weir_req_028t5cy4tqkff_1a")]
    [InlineData("msg_weir_req_028t5cy4tqkff_\u0661")]
    [InlineData("msg_weir_req_028t5cy4tqkff_10000")]
    [InlineData("msg_weir_req_0000000000000")]
    [InlineData("msg_weir_req_8000000000000")]
    [InlineData("MSG_WEIR_req_028t5cy4tqkff")]
    [InlineData(" msg_weir_req_028t5cy4tqkff")]
    [InlineData("chatcmpl_weir_req_028t5cy4tqkff")]
    public void Anything_else_is_refused(string? text) => Assert.False(CallerIds.TryParse(text, out _));

    [Theory]
    [InlineData(-1)]
    [InlineData(10_000)]
    public void An_attempt_out_of_range_is_refused(int attempt) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CallerIds.Make(Dialect.Gemini, Id, attempt));
}
