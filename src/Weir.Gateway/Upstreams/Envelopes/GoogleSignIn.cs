using System.Globalization;

namespace Weir.Gateway.Upstreams.Envelopes;

/// <summary>An access token, or why there is none.</summary>
/// <param name="Token">The token; null when there is none.</param>
/// <param name="Problem">Why, for a person; null when there is one.</param>
/// <param name="Status">The HTTP status that says so to a caller: 401 where the credentials are to blame, 503 where time may help.</param>
internal readonly record struct GoogleToken(string? Token, string? Problem = null, int Status = 0)
{
    /// <summary>Nothing secret.</summary>
    public override string ToString() => Problem ?? "a token";
}

/// <summary>
/// Keeps an access token for some Google credentials: asked for when it is first needed, and anew shortly before it expires, by
/// one request at a time, whoever waits for it. A token that is still good is used while its successor is under way, or cannot
/// be had. Thread-safe.
/// </summary>
/// <param name="credentials">As <see cref="GoogleCredentials.Read"/> takes them; read anew for each token, so that a changed file counts.</param>
/// <param name="upstream">Whose connections are used: they go where the provider's may go.</param>
/// <param name="clock">Where the time comes from.</param>
internal sealed class GoogleSignIn(string credentials, Upstream upstream, TimeProvider clock)
{
    private const int MaxAnswer = 64 * 1024;

    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan UnknownLife = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private string? token;
    private DateTimeOffset freshUntil;
    private DateTimeOffset goodUntil;
    private GoogleToken failure;
    private DateTimeOffset failedUntil;
    private Task<GoogleToken>? refreshing;

    /// <summary>The token in use; null while there is none. Must not be shown to a caller.</summary>
    public string? Current
    {
        get
        {
            lock (gate)
            {
                return token;
            }
        }
    }

    /// <summary>A token that is good for some seconds at least, or why there is none.</summary>
    /// <exception cref="OperationCanceledException">Whoever waited has gone; the token is fetched all the same.</exception>
    public ValueTask<GoogleToken> TokenAsync(CancellationToken cancellationToken)
    {
        Task<GoogleToken> task;
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (token is not null && now < freshUntil)
            {
                return new(new GoogleToken(token));
            }

            var isGood = token is not null && now < goodUntil;
            if (now < failedUntil)
            {
                return new(isGood ? new GoogleToken(token) : failure);
            }

            task = refreshing ??= Task.Run(RefreshAsync, CancellationToken.None);
            if (isGood)
            {
                return new(new GoogleToken(token));
            }
        }

        return new(task.WaitAsync(cancellationToken));
    }

    /// <summary>The host refused this token: it is used no more.</summary>
    public void Refused(string refused)
    {
        lock (gate)
        {
            if (token == refused)
            {
                token = null;
            }
        }
    }

    private async Task<GoogleToken> RefreshAsync()
    {
        var (fetched, life) = await FetchAsync();
        lock (gate)
        {
            refreshing = null;
            var now = clock.GetUtcNow();
            if (fetched.Token is null)
            {
                failure = fetched;
                failedUntil = now + AfterFailure;
                return fetched;
            }

            token = fetched.Token;
            goodUntil = now + life - Slack;
            freshUntil = now + (life > 2 * Early ? life - Early : life / 2);
            return fetched;
        }
    }

    private async Task<(GoogleToken Token, TimeSpan Life)> FetchAsync()
    {
        var (read, unreadable) = GoogleCredentials.Read(credentials);
        if (read is null)
        {
            return (new GoogleToken(null, unreadable, 401), default);
        }

        var (form, unusable) = read.Form(clock.GetUtcNow());
        if (form is null)
        {
            return (new GoogleToken(null, unusable, 401), default);
        }

        using var limit = new CancellationTokenSource(Patience, clock);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, read.Tokens)
            {
                Content = new FormUrlEncodedContent(form),
            };
            using var answer = await upstream.SendAsync(request, limit.Token);
            await using var stream = await answer.Content.ReadAsStreamAsync(limit.Token);
            var body = new byte[MaxAnswer];
            var length = await stream.ReadAtLeastAsync(body, MaxAnswer, throwOnEndOfStream: false, limit.Token);
            return Understood((int)answer.StatusCode, read.Tokens.Host, body.AsSpan(0, length));
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return (
                new GoogleToken(
                    null,
                    $"{read.Tokens.Host}, which gives access tokens, cannot be reached or does not answer",
                    503
                ),
                default
            );
        }
    }

    private static (GoogleToken Token, TimeSpan Life) Understood(int status, string host, ReadOnlySpan<byte> body)
    {
        if (status is >= 200 and < 300 && HostAnswer.Text(body, "access_token"u8) is { Length: > 0 } fetched)
        {
            var isFit = !fetched.AsSpan().ContainsAnyExceptInRange('!', '~');
            var life = HostAnswer.Count(body, "expires_in"u8) is { } seconds and < 7 * 24 * 3600
                ? TimeSpan.FromSeconds(seconds)
                : UnknownLife;
            return isFit
                ? (new GoogleToken(fetched), life)
                : (new GoogleToken(null, $"{host} gave an access token that is none", 503), default);
        }

        var error = HostAnswer.Text(body, "error"u8);
        var why = HostAnswer.Text(body, "error_description"u8);
        var said = string.Join(": ", new[] { error, why }.Where(text => !string.IsNullOrEmpty(text)));
        return (
            new GoogleToken(
                null,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{host} refuses an access token: {(said.Length > 0 ? said : "it answers")} ({status})"
                ),
                status >= 500 || status == 429 ? 503 : 401
            ),
            default
        );
    }
}
