using System.Security.Cryptography;
using System.Text;
using Weir.Foundation;

namespace Weir.Capture.Content;

/// <summary>Where the keys come from that content is sealed with. Thread-safe.</summary>
internal interface IContentKeys
{
    /// <summary>A workspace's key.</summary>
    /// <param name="workspace">Whose.</param>
    /// <param name="make">Whether it is made when there is none.</param>
    /// <returns>32 bytes, or why there are none.</returns>
    public (byte[]? Key, string? Refusal) Find(WorkspaceId workspace, bool make);
}

/// <summary>
/// Keys in <c>&lt;data&gt;/secrets</c>, files of mode 0600: <c>content.key</c> wraps one data key for each workspace
/// (<c>content-&lt;workspace&gt;.wrapped</c>), with AES-256-GCM. Who takes <c>content.key</c> elsewhere leaves nothing behind that
/// opens the content. Thread-safe.
/// </summary>
internal sealed class ContentKeys(string dataFolder) : IContentKeys
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly string folder = Path.Combine(dataFolder, "secrets");
    private readonly Lock gate = new();
    private readonly Dictionary<WorkspaceId, byte[]> known = [];

    /// <inheritdoc />
    public (byte[]? Key, string? Refusal) Find(WorkspaceId workspace, bool make)
    {
        lock (gate)
        {
            if (known.TryGetValue(workspace, out var key))
            {
                return (key, null);
            }

            try
            {
                (key, var refusal) = Open(workspace, make);
                if (key is not null)
                {
                    known.Add(workspace, key);
                }

                return (key, refusal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return (null, $"the keys in {folder} cannot be used: {e.Message}");
            }
        }
    }

    private (byte[]? Key, string? Refusal) Open(WorkspaceId workspace, bool make)
    {
        var outerPath = Path.Combine(folder, "content.key");
        var innerPath = Path.Combine(folder, Wrapped($"{workspace}"));
        var outer = File.Exists(outerPath) ? File.ReadAllBytes(outerPath) : null;
        var isSealed = File.Exists(innerPath);
        // One that is elsewhere comes back some day, and must not find another in its place.
        if (
            outer is null
            && (!make || (Directory.Exists(folder) && Directory.GetFiles(folder, Wrapped("*")).Length > 0))
        )
        {
            return (null, $"content is sealed, and the key that opens it is not there: {outerPath}");
        }

        if (outer is not null and not { Length: KeyBytes })
        {
            return (null, $"{outerPath} is no key: {KeyBytes} bytes were expected");
        }

        if (!isSealed && !make)
        {
            return (null, $"nothing was sealed for this workspace: {innerPath} is not there");
        }

        outer ??= Write(outerPath, RandomNumberGenerator.GetBytes(KeyBytes));
        using var wrap = new AesGcm(outer, TagBytes);
        var name = Encoding.ASCII.GetBytes($"weir content key {workspace}");
        if (!isSealed)
        {
            var made = RandomNumberGenerator.GetBytes(KeyBytes);
            var wrapped = new byte[NonceBytes + KeyBytes + TagBytes];
            RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceBytes));
            wrap.Encrypt(
                wrapped.AsSpan(0, NonceBytes),
                made,
                wrapped.AsSpan(NonceBytes, KeyBytes),
                wrapped.AsSpan(NonceBytes + KeyBytes),
                name
            );
            Write(innerPath, wrapped);
            return (made, null);
        }

        var inner = File.ReadAllBytes(innerPath);
        var key = new byte[KeyBytes];
        try
        {
            if (inner.Length == NonceBytes + KeyBytes + TagBytes)
            {
                wrap.Decrypt(
                    inner.AsSpan(0, NonceBytes),
                    inner.AsSpan(NonceBytes, KeyBytes),
                    inner.AsSpan(NonceBytes + KeyBytes),
                    key,
                    name
                );
                return (key, null);
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            // Told below, with what is of another length.
        }

        return (null, $"{outerPath} is not the key that {innerPath} was sealed with, or one of them is damaged");
    }

    private static string Wrapped(string workspace) => $"content-{workspace}.wrapped";

    private byte[] Write(string path, byte[] bytes)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
        }

        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // A key that is half written would seal what nobody can open.
        var made = path + ".new";
        File.Delete(made);
        using (var file = new FileStream(made, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(made, path);
        return bytes;
    }
}
