using System.Globalization;
using Weir.Foundation;

namespace Weir.Capture.Otlp;

/// <summary>
/// What services tell by OpenTelemetry's conventions for generative AI (github.com/open-telemetry/semantic-conventions-genai and
/// what was before it), and by OpenInference and OpenLLMetry. Only what one model answered is a request: agents, chains and
/// workflows sum up the spans below them.
/// </summary>
internal static class GenAiTelemetry
{
    /// <summary>Weir's own spans tell what its gateway has recorded already.</summary>
    public const string WeirScope = "Weir.Gateway";

    /// <summary>Reads a span; null when it is no request, or tells nothing of one.</summary>
    public static Sighting? Span(Reading reading, Origin origin, SpanItem span)
    {
        var say = span.Attributes;
        var usage = Usage(say);
        if (!IsInference(say) || (usage.IsUnknown && !span.IsError))
        {
            return null;
        }

        var start = reading.Moments.Of(span.Start);
        var end = reading.Moments.Of(span.End);
        var status = say[Known.HttpStatus].Count();
        return Sighting(
            origin,
            say,
            usage,
            start ?? end ?? reading.Moments.ReceivedAt,
            end > start ? end - start : null,
            span.Id
                ?? Fingerprint.Of(
                    Service(origin),
                    span.Start.ToString(CultureInfo.InvariantCulture),
                    span.End.ToString(CultureInfo.InvariantCulture),
                    say[Known.GenAiInput].ToString(),
                    say[Known.GenAiOutput].ToString()
                )
        ) with
        {
            Status = span.IsError ? ErrorTypes.Ending(status) : RequestStatus.Ok,
            HttpStatus = span.IsError && status is >= 100 and <= 599 ? (int)status : null,
            ErrorType = span.IsError ? say[Known.ErrorType].Text(64) : null,
        };
    }

    /// <summary>Reads the event that tells one inference; null when it tells no usage.</summary>
    public static Sighting? Event(Reading reading, Origin origin, LogItem log)
    {
        var say = log.Attributes;
        var usage = Usage(say);
        if (!IsInference(say) || usage.IsUnknown)
        {
            return null;
        }

        // The event stands in its operation's span, where there is one: both are then the same request.
        return Sighting(
            origin,
            say,
            usage,
            reading.Moments.Of(log),
            null,
            log.SpanId
                ?? Fingerprint.Of(
                    Service(origin),
                    log.Time.ToString(CultureInfo.InvariantCulture),
                    log.ObservedTime.ToString(CultureInfo.InvariantCulture),
                    say[Known.GenAiInput].ToString(),
                    say[Known.GenAiOutput].ToString()
                )
        );
    }

    /// <summary>The service's name; <c>otlp</c> when it has none.</summary>
    public static string Service(Origin origin) => origin.Resource[Known.ServiceName].Text(64) ?? "otlp";

    /// <summary>The provider that the attributes name, by its price catalogue; another name as it stands.</summary>
    public static string? Provider(AttributeSet say) =>
        (
            say.Either(Known.GenAiProvider, Known.GenAiSystem).Text(64)
            ?? say.Either(Known.LlmProvider, Known.LlmSystem).Text(64)
        ) switch
        {
            "aws.bedrock" or "aws_bedrock" or "bedrock" or "AWS" => "amazon-bedrock",
            "azure.ai.openai" or "az.ai.openai" or "azure.ai.inference" or "az.ai.inference" or "Azure" => "azure",
            "gcp.gemini" or "gemini" or "gcp.gen_ai" or "Google" => "google",
            "gcp.vertex_ai" or "vertex_ai" => "google-vertex",
            "mistral_ai" or "mistralai" or "MistralAI" => "mistral",
            "x_ai" => "xai",
            { } other => other.ToLowerInvariant(),
            null => null,
        };

    private static bool IsInference(AttributeSet say)
    {
        if (say[Known.GenAiOperation].Text() is { } operation)
        {
            return operation is "chat" or "text_completion" or "generate_content" or "embeddings";
        }

        if (say[Known.OpenInferenceKind].Text() is { } kind)
        {
            return kind is "LLM" or "EMBEDDING";
        }

        if (say[Known.TraceloopKind].IsSet)
        {
            return false;
        }

        return say[Known.LlmRequestType].Text() is { } type
            ? type is "chat" or "completion" or "embedding"
            : say.Either(Known.GenAiResponseModel, Known.GenAiRequestModel).IsSet;
    }

    private static TokenUsage Usage(AttributeSet say) =>
        InclusiveUsage.Split(
            First(say, Known.GenAiInput, Known.OldPrompt, Known.LlmPrompt),
            First(say, Known.GenAiCacheRead, Known.OldCacheRead, Known.LlmCacheRead),
            First(say, Known.GenAiCacheCreation, Known.GenAiCacheWrite, Known.OldCacheCreation, Known.LlmCacheWrite),
            First(say, Known.GenAiOutput, Known.OldCompletion, Known.LlmCompletion),
            First(say, Known.GenAiReasoning, Known.OldReasoning, Known.LlmReasoning)
        );

    private static long? First(AttributeSet say, params ReadOnlySpan<int> names)
    {
        foreach (var name in names)
        {
            if (say[name].Count() is { } count)
            {
                return count;
            }
        }

        return null;
    }

    private static Sighting Sighting(
        Origin origin,
        AttributeSet say,
        TokenUsage usage,
        DateTimeOffset at,
        TimeSpan? duration,
        string ownId
    )
    {
        var requested = say[Known.GenAiRequestModel].Text();
        var messageId = say[Known.GenAiResponseId].Text();
        return new Sighting
        {
            Source = UsageSource.Otlp,
            Client = Service(origin),
            At = at,
            Duration = duration,
            Provider = Provider(say),
            Model = say[Known.GenAiResponseModel].Text() ?? say[Known.LlmModel].Text() ?? requested,
            RequestedModel = requested,
            MessageId = messageId,
            OwnId = messageId is null ? "otlp:" + ownId : null,
            Usage = usage,
            Session = say[Known.GenAiConversation].Text() ?? say[Known.SessionId].Text(),
            Agent = say[Known.GenAiAgentId].Text(),
            User = say.Either(Known.UserEmail, Known.UserId).Text(),
        };
    }
}
