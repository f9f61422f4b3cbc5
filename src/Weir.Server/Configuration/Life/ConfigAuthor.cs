using Weir.Identity;

namespace Weir.Server.Configuration.Life;

/// <summary>Who replaces a document through the API, how, and what he says of it.</summary>
/// <param name="actor">Who.</param>
/// <param name="comment">What he says of it; null for nothing.</param>
/// <param name="restores">The version whose text it is, as it was stored; null for a text of his own.</param>
internal sealed class ConfigAuthor(Actor actor, string? comment, long? restores = null)
{
    private readonly TaskCompletionSource<long?> noted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Who.</summary>
    public Actor Actor => actor;

    /// <summary>What he says of it.</summary>
    public string? Comment => comment;

    /// <summary>The version whose text it is; such a text was looked through when it first came.</summary>
    public long? Restores => restores;

    /// <summary>Done when the change is in the audit trail: the number of the version that it made, null where the text was the same.</summary>
    public Task<long?> Noted => noted.Task;

    /// <summary>It is noted.</summary>
    public void Tell(long? version) => noted.TrySetResult(version);

    /// <summary>It could not be noted.</summary>
    public void Fail(Exception failure) => noted.TrySetException(failure);
}
