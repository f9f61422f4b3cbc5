using System.Text;

namespace Weir.Client;

/// <summary>What to ask of usage, as the query string of its routes.</summary>
public sealed class UsageQueryString
{
    private readonly StringBuilder text = new();

    /// <summary>Adds a parameter; null adds nothing.</summary>
    public UsageQueryString With(string name, string? value)
    {
        if (value is not null)
        {
            text.Append(text.Length == 0 ? '?' : '&')
                .Append(Uri.EscapeDataString(name))
                .Append('=')
                .Append(Uri.EscapeDataString(value));
        }

        return this;
    }

    /// <summary>The query string with its question mark; empty when nothing was added.</summary>
    public override string ToString() => text.ToString();
}
