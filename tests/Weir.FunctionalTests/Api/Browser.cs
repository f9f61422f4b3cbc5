using System.Net.Http.Headers;
using System.Text;
using Weir.Testing;

namespace Weir.FunctionalTests.Api;

/// <summary>What a browser on Weir's own page would send: its cookies, its origin, and the session's word against forgery.</summary>
internal sealed class Browser(WeirProcess weir)
{
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>The session's token; null for none.</summary>
    public string? Token
    {
        get => cookies.GetValueOrDefault("weir");
        set
        {
            cookies.Remove("weir");
            if (value is not null)
            {
                cookies["weir"] = value;
            }
        }
    }

    /// <summary>Sent with every change; null for none.</summary>
    public string? Csrf { get; set; }

    /// <summary>What <c>Origin</c> says; null for the server's own.</summary>
    public string? Origin { get; set; }

    public async Task<ApiAnswer> SendAsync(
        HttpMethod method,
        string path,
        string? json = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri("/api/v1" + path, UriKind.Relative));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        request.Headers.TryAddWithoutValidation("Origin", Origin ?? weir.BaseUrl.GetLeftPart(UriPartial.Authority));
        if (cookies.Count > 0)
        {
            request.Headers.Add("Cookie", string.Join("; ", cookies.Select(pair => $"{pair.Key}={pair.Value}")));
        }

        if (Csrf is not null && method != HttpMethod.Get)
        {
            request.Headers.Add("x-weir-csrf", Csrf);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await weir.SendAsync(request);
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var (name, value) = (cookie[..cookie.IndexOf('=', StringComparison.Ordinal)], cookie.Split('=', ';')[1]);
            cookies.Remove(name);
            if (value.Length > 0)
            {
                cookies[name] = value;
            }
        }

        return new ApiAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(),
            answer
                .Headers.Concat(answer.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase)
        );
    }

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> PostAsync(string path, string json = "{}") => SendAsync(HttpMethod.Post, path, json);

    /// <summary>Asks for the session's word, as a page does when it opens.</summary>
    public async Task<ApiAnswer> OpenAsync()
    {
        var session = await GetAsync("/auth/session");
        Csrf = session.Status == 200 ? session.Json.GetProperty("csrf").GetString() : null;
        return session;
    }

    public async Task<ApiAnswer> SignInAsync(string name, string password)
    {
        var answer = await PostAsync("/auth/sign-in", $$"""{"name":"{{name}}","password":"{{password}}"}""");
        if (answer.Status == 200)
        {
            await OpenAsync();
        }

        return answer;
    }
}
