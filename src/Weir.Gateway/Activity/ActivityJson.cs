using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Foundation;

namespace Weir.Gateway.Activities;

/// <summary>What an event's kind holds, as it is kept.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(NanoConverter)]
)]
[JsonSerializable(typeof(BreakerOpenedDetails))]
[JsonSerializable(typeof(BreakerClosedDetails))]
[JsonSerializable(typeof(ProbeFailedDetails))]
[JsonSerializable(typeof(CooldownBeganDetails))]
[JsonSerializable(typeof(CooldownEndedDetails))]
[JsonSerializable(typeof(TargetLeftDetails))]
[JsonSerializable(typeof(TargetReturnedDetails))]
[JsonSerializable(typeof(AccountRefusedDetails))]
[JsonSerializable(typeof(AccountRestedDetails))]
[JsonSerializable(typeof(StageReachedDetails))]
[JsonSerializable(typeof(StageLeftDetails))]
[JsonSerializable(typeof(BudgetExhaustedDetails))]
[JsonSerializable(typeof(LimitRefusedDetails))]
[JsonSerializable(typeof(ApprovalAskedDetails))]
[JsonSerializable(typeof(ApprovalGrantedDetails))]
[JsonSerializable(typeof(ApprovalEndedDetails))]
[JsonSerializable(typeof(OverrideSetDetails))]
[JsonSerializable(typeof(OverrideEndedDetails))]
[JsonSerializable(typeof(ConfigAppliedDetails))]
[JsonSerializable(typeof(ConfigRefusedDetails))]
[JsonSerializable(typeof(ConfigRolledBackDetails))]
[JsonSerializable(typeof(ConfigWarnedDetails))]
[JsonSerializable(typeof(JournalFullDetails))]
[JsonSerializable(typeof(JournalRecoveredDetails))]
[JsonSerializable(typeof(LedgerBehindDetails))]
[JsonSerializable(typeof(LedgerCaughtUpDetails))]
[JsonSerializable(typeof(BackupFailedDetails))]
[JsonSerializable(typeof(ActivityDroppedDetails))]
internal sealed partial class ActivityJson : JsonSerializerContext
{
    /// <summary>Writes what an event's kind holds.</summary>
    public static byte[] Write(ActivityDetails details) =>
        JsonSerializer.SerializeToUtf8Bytes(details, details.GetType(), Default);

    /// <summary>Reads it; null for what this version cannot read.</summary>
    public static ActivityDetails? Read(ActivityKindInfo kind, ReadOnlySpan<byte> json)
    {
        try
        {
            return (ActivityDetails?)JsonSerializer.Deserialize(json, kind.Details, Default);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Money as whole nano-dollars.</summary>
    private sealed class NanoConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.NanoUsd);
    }
}
