using Weir.Foundation;

namespace Weir.Gateway.Metering;

/// <summary>Takes nothing from another reader but the error and whether the answer was whole.</summary>
internal sealed class ErrorReader(DialectReader inner) : DialectReader
{
    protected override TokenUsage Usage => default;

    protected override bool IsFinal => false;

    public override void OnEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        inner.OnEvent(name, data);
        Publish();
    }

    public override void OnDocument(ReadOnlySpan<byte> json, bool whole)
    {
        inner.OnDocument(json, whole);
        Publish();
    }

    private void Publish()
    {
        ErrorType = inner.Reading.ErrorType;
        SawEnd = inner.Reading.SawEnd;
    }
}
