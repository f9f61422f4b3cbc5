namespace Weir.Gateway.Translation;

/// <summary>
/// Reads an upstream's answer in its dialect and tells it to an <see cref="AnswerAssembly"/>: a stream's events as they
/// come, or one document. What it does not know it passes over. Nothing that it is given makes it throw. Not thread-safe.
/// </summary>
internal abstract class AnswerReader(AnswerAssembly answer)
{
    /// <summary>Where it tells what it reads.</summary>
    protected AnswerAssembly Answer { get; } = answer;

    /// <summary>One event of a stream; <paramref name="name"/> is empty when it has none.</summary>
    public abstract void OnEvent(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> data);

    /// <summary>One whole document.</summary>
    public abstract void OnDocument(ReadOnlyMemory<byte> json);

    /// <summary>
    /// What an answer with an error status says; null when it says nothing that can be read. The status is the caller's to
    /// add.
    /// </summary>
    public abstract AnswerFailure? ReadFailure(ReadOnlyMemory<byte> json, int status);
}
