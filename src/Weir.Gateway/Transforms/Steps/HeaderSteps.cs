using System.Net.Http.Headers;

namespace Weir.Gateway.Transforms.Steps;

/// <summary>Gives a header one value.</summary>
internal sealed class SetHeader(TransformConfig config) : HeaderStep(config)
{
    /// <inheritdoc />
    public override bool Apply(HttpRequestHeaders headers)
    {
        headers.Remove(Config.Subject);
        return headers.TryAddWithoutValidation(Config.Subject, Config.Value);
    }
}

/// <summary>Adds a value to the list that a header holds (RFC 9110, 5.6.1), unless it is in it.</summary>
internal sealed class AddHeader(TransformConfig config) : HeaderStep(config)
{
    /// <inheritdoc />
    public override bool Apply(HttpRequestHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(Config.Subject, out var values))
        {
            return headers.TryAddWithoutValidation(Config.Subject, Config.Value);
        }

        var list = string.Join(",", values);
        foreach (var part in list.AsSpan().Split(','))
        {
            if (list.AsSpan(part).Trim().SequenceEqual(Config.Value))
            {
                return false;
            }
        }

        headers.Remove(Config.Subject);
        return headers.TryAddWithoutValidation(
            Config.Subject,
            list.Length == 0 ? Config.Value : $"{list},{Config.Value}"
        );
    }
}

/// <summary>Takes a header away.</summary>
internal sealed class RemoveHeader(TransformConfig config) : HeaderStep(config)
{
    /// <inheritdoc />
    public override bool Apply(HttpRequestHeaders headers) =>
        headers.NonValidated.Contains(Config.Subject) && headers.Remove(Config.Subject);
}

/// <summary>Gives a header another name.</summary>
internal sealed class RenameHeader(TransformConfig config) : HeaderStep(config)
{
    /// <inheritdoc />
    public override bool Apply(HttpRequestHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(Config.Subject, out var values))
        {
            return false;
        }

        string[] moved = [.. values];
        headers.Remove(Config.Subject);
        headers.Remove(Config.Value!);
        return headers.TryAddWithoutValidation(Config.Value!, moved);
    }
}
