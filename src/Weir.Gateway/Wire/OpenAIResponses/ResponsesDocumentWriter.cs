using Weir.Foundation;
using Weir.Gateway.Pipeline;
using Weir.Gateway.Translation;

namespace Weir.Gateway.Wire.OpenAIResponses;

/// <summary>Writes an answer as one response (https://platform.openai.com/docs/api-reference/responses/object).</summary>
internal sealed class ResponsesDocumentWriter(AnswerContext context, PooledBuffer to) : ResponsesWriter(context, to)
{
    /// <inheritdoc />
    public override void OnStop(StopReason reason, ReadOnlySpan<byte> stopSequence, in TokenUsage usage)
    {
        EndItems(reason);
        WriteResponse(ResponseState.Ended(reason, usage));
    }

    /// <inheritdoc />
    public override void OnFail(AnswerFailure failure, in TokenUsage usage)
    {
        Out.Buffer.Clear();
        Out.Buffer.Append(CallerErrors.Make(Dialect.OpenAIResponses, failure, Context.Id.ToString()));
    }
}
