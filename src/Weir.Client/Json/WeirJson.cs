using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client.Json;

/// <summary>How the public API's shapes are written and read: camelCase, UTC times, nulls kept (null is "unknown").</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(UtcTimeConverter)]
)]
[JsonSerializable(typeof(UsageSummaryResult))]
[JsonSerializable(typeof(UsageSeriesResult))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(RequestItem))]
[JsonSerializable(typeof(IReadOnlyList<RequestItem>))]
[JsonSerializable(typeof(LiveMessage))]
[JsonSerializable(typeof(LiveChange))]
[JsonSerializable(typeof(WorkspaceItem))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyItem))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(KeyWithText))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(ConfigText))]
[JsonSerializable(typeof(ConfigCheck))]
[JsonSerializable(typeof(PriceList))]
[JsonSerializable(typeof(RepriceRequest))]
[JsonSerializable(typeof(RepriceResult))]
[JsonSerializable(typeof(SystemStatus))]
[JsonSerializable(typeof(DemoStatus))]
[JsonSerializable(typeof(CaptureSources))]
[JsonSerializable(typeof(CaptureBatchResult))]
[JsonSerializable(typeof(OtlpFailure))]
[JsonSerializable(typeof(SessionPage))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(SessionActivityResult))]
[JsonSerializable(typeof(SessionContent))]
[JsonSerializable(typeof(HandoffPage))]
[JsonSerializable(typeof(BlockList))]
[JsonSerializable(typeof(StatusLineResult))]
[JsonSerializable(typeof(LimitList))]
[JsonSerializable(typeof(AuditResult))]
[JsonSerializable(typeof(HealthResult))]
[JsonSerializable(typeof(ReadinessResult))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(HooksReport))]
[JsonSerializable(typeof(TopSnapshot))]
public sealed partial class WeirJson : JsonSerializerContext
{
    /// <summary>
    /// Leaves quotes' kin and letters of every script as they are: the API's answers are never put into a page as they come.
    /// </summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The context that the server writes with.</summary>
    public static WeirJson Written =>
        // Not an initialiser: the generated half's own could run after it.
        written ??= new WeirJson(new JsonSerializerOptions(Default.Options!) { Encoder = Encoder });

    private static WeirJson? written;
}

/// <summary>The same shapes over several lines, for people who read JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(UtcTimeConverter)]
)]
[JsonSerializable(typeof(UsageSummaryResult))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyItem))]
[JsonSerializable(typeof(KeyWithText))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(ConfigCheck))]
[JsonSerializable(typeof(PriceList))]
[JsonSerializable(typeof(RepriceResult))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(HooksReport))]
[JsonSerializable(typeof(ReadinessResult))]
[JsonSerializable(typeof(DemoStatus))]
[JsonSerializable(typeof(CaptureSources))]
[JsonSerializable(typeof(CaptureDelivery))]
[JsonSerializable(typeof(SessionPage))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(SessionActivityResult))]
[JsonSerializable(typeof(SessionContent))]
[JsonSerializable(typeof(HandoffPage))]
[JsonSerializable(typeof(BlockList))]
[JsonSerializable(typeof(LimitList))]
[JsonSerializable(typeof(TopSnapshot))]
public sealed partial class WeirJsonIndented : JsonSerializerContext
{
    /// <summary>The context that the command line writes with.</summary>
    public static WeirJsonIndented Written =>
        written ??= new WeirJsonIndented(new JsonSerializerOptions(Default.Options!) { Encoder = WeirJson.Encoder });

    private static WeirJsonIndented? written;
}
