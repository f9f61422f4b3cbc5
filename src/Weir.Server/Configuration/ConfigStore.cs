using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Foundation.Storage;
using Weir.Server.Configuration.Life;
using Weir.Server.DataFolder;

namespace Weir.Server.Configuration;

/// <summary>
/// A document in force, the server's or a workspace's: read at the start, read again when its file changes, replaced
/// through the API. A text is validated as a whole and swapped in as a whole; one with faults changes nothing. Thread-safe.
/// </summary>
internal sealed partial class ConfigStore
{
    // What the system says of a file names its path, which is the server's business.
    private const string Unread = "the file cannot be read; who runs the server can see why";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly string file;
    private readonly ConfigKind kind;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Lock gate;
    private ConfigSnapshot current;
    private Func<WeirConfig, ImmutableArray<ConfigFault>> apply = _ => [];
    private ServerConfig? started;
    private string? seen;
    private string? refused;
    private bool missed;

    private ConfigStore(
        string file,
        ConfigKind kind,
        TimeProvider clock,
        ILogger log,
        Lock gate,
        ConfigSnapshot current
    )
    {
        this.file = file;
        this.kind = kind;
        this.clock = clock;
        this.log = log;
        this.gate = gate;
        this.current = current;
        seen = current.Text;
    }

    /// <summary>The configuration in force.</summary>
    public ConfigSnapshot Current => Volatile.Read(ref current);

    /// <summary>The file that is watched, whether it exists or not.</summary>
    public string WatchedPath => file;

    /// <summary>Whether it is the server's document.</summary>
    public bool IsServers => kind.IsServers;

    /// <summary>Held while a document changes; one for the server's document and those of its workspaces.</summary>
    public Lock Gate => gate;

    /// <summary>
    /// Told what was in force before, what is now and who replaced it (null for a file), in order; null for nobody. Called under the lock: it
    /// must not wait.
    /// </summary>
    public Action<ConfigSnapshot, ConfigSnapshot, ConfigAuthor?>? Taken { get; set; }

    /// <summary>Told how many faults kept a text from taking force, and whose it was (null for a file); as <see cref="Taken"/>.</summary>
    public Action<int, ConfigAuthor?>? Refused { get; set; }

    /// <summary>Whether a file was there: its going away would be news.</summary>
    public bool MayLoseFile => Current.Path is not null || !Current.PendingFaults.IsEmpty;

    /// <summary>Reads the server's file, or the environment when there is none.</summary>
    /// <param name="options">Which file, and whose environment.</param>
    /// <param name="log">Where changes are told.</param>
    /// <returns>A store, or what is wrong, one line for each fault.</returns>
    public static (ConfigStore? Store, ImmutableArray<string> Faults) Open(WeirHostOptions options, ILogger log)
    {
        var path = ServersPath(options);
        var read = ReadText(path);
        if (read is { Text: null, Missing: true } && options.ConfigPath is null)
        {
            return (WithoutFile(options, log), []);
        }

        if (read.Text is null)
        {
            return (null, [$"{path}: {read.Failure}"]);
        }

        var what = ConfigKind.Server(options.Variable);
        var result = what.Read(read.Text);
        return result.Config is null
            ? (null, [.. result.Faults.Select(fault => fault.ToText(path))])
            : (
                new ConfigStore(
                    path,
                    what,
                    options.Clock,
                    log,
                    new Lock(),
                    new ConfigSnapshot
                    {
                        Config = result.Config,
                        Text = read.Text,
                        Path = path,
                        AcceptedAt = options.Clock.GetUtcNow(),
                    }
                ),
                []
            );
    }

    /// <summary>A store that holds what the environment offers, for a command that needs no configuration.</summary>
    public static ConfigStore WithoutFile(WeirHostOptions options, ILogger log)
    {
        var what = ConfigKind.Server(options.Variable);
        return new ConfigStore(
            ServersPath(options),
            what,
            options.Clock,
            log,
            new Lock(),
            Nothing(what, options.Clock)
        );
    }

    /// <summary>A workspace's document, without what its file holds: <see cref="Reload"/> reads it.</summary>
    /// <param name="server">The server's document, beside which the file is, and with which changes go in one order.</param>
    /// <param name="name">The workspace's name.</param>
    /// <param name="terms">What the server's document grants it now.</param>
    public static ConfigStore OfWorkspace(ConfigStore server, string name, Func<WorkspaceTerms> terms)
    {
        var what = ConfigKind.Workspace(terms);
        return new ConfigStore(
            WorkspaceFiles.FileOf(server.file, name),
            what,
            server.clock,
            server.log,
            server.gate,
            Nothing(what, server.clock)
        );
    }

    /// <summary>Puts the configuration in force and remembers the settings that hold until the next start.</summary>
    /// <param name="taker">
    /// Called with each configuration that is to take force, under the store's lock, so in order; the faults that it finds,
    /// none when it took it.
    /// </param>
    /// <returns>The faults for which even this one was not taken.</returns>
    public ImmutableArray<ConfigFault> Start(Func<WeirConfig, ImmutableArray<ConfigFault>> taker)
    {
        lock (gate)
        {
            apply = taker;
            started = current.Config.Server;
            return apply(current.Config);
        }
    }

    /// <summary>
    /// Reads the file again, and takes it into force when it changed and has no fault. Called from a timer, where what is
    /// thrown would end the process: a fault of Weir's own is logged.
    /// </summary>
    public void Reload()
    {
        try
        {
            lock (gate)
            {
                Read();
            }
        }
        catch (Exception unforeseen)
        {
            LogBroke(unforeseen, file);
        }
    }

    /// <summary>
    /// Something that texts lean on has changed: one that was refused is tried again, and of the one in force the faults
    /// that it has now are told. It stays in force as far as it goes.
    /// </summary>
    public void Recheck()
    {
        lock (gate)
        {
            if (refused is { } again)
            {
                TryTake(again);
            }
            else if (current.Text is { } text)
            {
                Tell(kind.Read(text).Faults);
            }
        }
    }

    private void Read()
    {
        var read = ReadText(file);
        var missedBefore = missed;
        missed = read.Missing;
        if (read is { Text: null, Missing: true } && !kind.IsServers)
        {
            // Editors take a file away before they put the new one in its place.
            if (missedBefore && (current.Text is not null || !current.PendingFaults.IsEmpty))
            {
                seen = null;
                Take(kind.WithoutFile(), null);
            }

            return;
        }

        if (read.Text is null)
        {
            // A file that was never there is no news; one that went or cannot be read is.
            if (current.Path is not null || (!kind.IsServers && !read.Missing))
            {
                seen = read.Failure;
                if (!kind.IsServers)
                {
                    LogUnread(file, read.Failure);
                }

                Tell([new ConfigFault(1, 1, "", kind.IsServers ? read.Failure : Unread)]);
            }

            return;
        }

        if (read.Text == seen)
        {
            return;
        }

        seen = read.Text;
        if (read.Text == current.Text)
        {
            refused = null;
            current = current with { PendingFaults = [] };
            return;
        }

        TryTake(read.Text);
    }

    private void TryTake(string text)
    {
        var result = kind.Read(text);
        if (result.Config is null)
        {
            refused = text;
            Tell(result.Faults);
        }
        else
        {
            Take(result.Config, text);
        }
    }

    private void Take(WeirConfig config, string? text)
    {
        var faults = Apply(config);
        if (faults.IsEmpty)
        {
            var before = current;
            Accept(config, text);
            Taken?.Invoke(before, current, null);
        }
        else
        {
            refused = text;
            Tell(faults);
        }
    }

    private ImmutableArray<ConfigFault> Apply(WeirConfig config)
    {
        try
        {
            return apply(config);
        }
        catch (Exception unfit) when (unfit is ArgumentException or IOException)
        {
            // The gateway found what reading did not, or could not read the ledger; it keeps what it has, and so does the store.
            return [new ConfigFault(1, 1, "", unfit.Message)];
        }
    }

    /// <summary>Replaces the text through the API.</summary>
    /// <param name="text">The whole new text; masked secrets keep their value.</param>
    /// <param name="etag">The text that it was made from.</param>
    /// <param name="author">Who replaces it; null when nobody is told.</param>
    public ConfigReplacement Replace(string text, string etag, ConfigAuthor? author = null)
    {
        lock (gate)
        {
            if (kind.IsServers && (current.Text is null || current.Path is null))
            {
                return new ConfigReplacement(ConfigReplacementOutcome.NoFile, []);
            }

            if (etag != current.ETag || !IsAsSeen())
            {
                return new ConfigReplacement(ConfigReplacementOutcome.Changed, []);
            }

            var (written, config, faults) = Look(text, isRestored: author?.Restores is not null);
            if (config is null)
            {
                return Faulty(faults, author);
            }

            var unfit = Apply(config);
            if (!unfit.IsEmpty)
            {
                return Faulty(unfit, author);
            }

            try
            {
                DataFolders.Create(Path.GetDirectoryName(file)!);
                AtomicFile.Write(file, Utf8.GetBytes(written), AtomicFile.OwnerOnly);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                apply(current.Config);
                return new ConfigReplacement(ConfigReplacementOutcome.ReadOnly, []);
            }

            seen = written;
            var before = current;
            Accept(config, written);
            if (author is not null)
            {
                Taken?.Invoke(before, current, author);
            }

            return new ConfigReplacement(ConfigReplacementOutcome.Done, []);
        }
    }

    private ConfigReplacement Faulty(ImmutableArray<ConfigFault> faults, ConfigAuthor? author)
    {
        if (author is not null)
        {
            Refused?.Invoke(faults.Length, author);
        }

        return new ConfigReplacement(ConfigReplacementOutcome.Faulty, faults);
    }

    /// <summary>What a text comes to in the place of this one, checked as <see cref="Replace"/> checks it. Nothing is changed.</summary>
    /// <returns>The configuration, or the outcome that replacing it would have and all faults.</returns>
    public (ConfigReplacementOutcome Outcome, WeirConfig? Config, ImmutableArray<ConfigFault> Faults) Try(string text)
    {
        lock (gate)
        {
            if (kind.IsServers && (current.Text is null || current.Path is null))
            {
                return (ConfigReplacementOutcome.NoFile, null, []);
            }

            var (_, config, faults) = Look(text, isRestored: false);
            return (config is null ? ConfigReplacementOutcome.Faulty : ConfigReplacementOutcome.Done, config, faults);
        }
    }

    // A version's text was looked through when it came, or came from the file.
    private (string Text, WeirConfig? Config, ImmutableArray<ConfigFault> Faults) Look(string text, bool isRestored)
    {
        var (written, faults) = kind.IsServers && !isRestored ? ConfigEdit.Prepare(current.Text!, text) : (text, []);
        if (written is null)
        {
            return (text, null, WithFaultsOfReading(faults, text));
        }

        var result = kind.Read(written);
        return (written, result.Config, result.Faults);
    }

    // A workspace's admin cannot reach the file: a text there that was refused must not stand in his way, one that was
    // not looked at yet must.
    private bool IsAsSeen()
    {
        var read = ReadText(file);
        return kind.IsServers ? read.Text == current.Text : (read.Text ?? (read.Missing ? null : read.Failure)) == seen;
    }

    // All faults at once. Lines with a reference are left out: reading them would tell what the variable holds.
    private static ImmutableArray<ConfigFault> WithFaultsOfReading(ImmutableArray<ConfigFault> faults, string text)
    {
        var lines = text.Split('\n');
        var others = ConfigReader
            .Read(text, _ => null)
            .Faults.Where(fault =>
                faults.All(known => known.Line != fault.Line)
                && !EnvironmentText.HasReference(lines.ElementAtOrDefault(fault.Line - 1) ?? "")
            );
        return [.. faults.Concat(others).OrderBy(fault => fault.Line).ThenBy(fault => fault.Column)];
    }

    /// <summary>True when the file cannot be written, as far as can be told without writing.</summary>
    public bool IsReadOnly
    {
        get
        {
            if (Current.Path is not { } written)
            {
                return kind.IsServers;
            }

            try
            {
                using var probe = new FileStream(written, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                return false;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return true;
            }
        }
    }

    private static string ServersPath(WeirHostOptions options) =>
        Path.GetFullPath(options.ConfigPath ?? Path.Combine(options.DataFolder, "weir.yaml"));

    private static ConfigSnapshot Nothing(ConfigKind kind, TimeProvider clock) =>
        new()
        {
            Config = kind.WithoutFile(),
            Text = null,
            Path = null,
            AcceptedAt = clock.GetUtcNow(),
        };

    private void Accept(WeirConfig config, string? text)
    {
        refused = null;
        current = new ConfigSnapshot
        {
            Config = config,
            Text = text,
            Path = text is null ? null : file,
            AcceptedAt = clock.GetUtcNow(),
            RestartNeededFor = RestartNeeded(config.Server),
        };
        if (text is null)
        {
            LogGone(file);
            return;
        }

        LogAccepted(file, config.Gateway.Providers.Length, config.Gateway.Routes.Length);
        foreach (var setting in current.RestartNeededFor)
        {
            LogRestartNeeded(setting);
        }
    }

    private void Tell(ImmutableArray<ConfigFault> faults)
    {
        if (faults.SequenceEqual(current.PendingFaults))
        {
            return;
        }

        current = current with { PendingFaults = faults };
        if (faults.IsEmpty)
        {
            return;
        }

        Refused?.Invoke(faults.Length, null);
        LogRefused(file, ConfigFault.Count(faults.Length));
        foreach (var fault in faults)
        {
            LogFault(fault.ToText(file));
        }
    }

    private ImmutableArray<string> RestartNeeded(ServerConfig now)
    {
        var before = started ?? now;
        var changed = ImmutableArray.CreateBuilder<string>();
        if (!before.Urls.SequenceEqual(now.Urls, StringComparer.Ordinal))
        {
            changed.Add("server.urls");
        }

        if (!before.SecretKeyCommand.SequenceEqual(now.SecretKeyCommand, StringComparer.Ordinal))
        {
            changed.Add("server.secrets.keyCommand");
        }

        if (before.Tls != now.Tls)
        {
            changed.Add("server.tls");
        }

        if (before.Journal != now.Journal)
        {
            changed.Add("journal");
        }

        return changed.ToImmutable();
    }

    internal static (string? Text, bool Missing, string Failure) ReadText(string path)
    {
        try
        {
            using var stream = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            using var reader = new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: false);
            var text = new StringBuilder();
            var buffer = new char[8 * 1024];
            while (text.Length <= Yaml.YamlTree.MaxCharacters && reader.ReadBlock(buffer) is > 0 and var length)
            {
                text.Append(buffer, 0, length);
            }

            return (text.ToString().TrimStart('\uFEFF'), false, "");
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, true, "there is no such file");
        }
        catch (DecoderFallbackException)
        {
            return (null, false, "the file is not UTF-8 text");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, false, $"the file cannot be read: {failure.Message}");
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Path} is in force: {Providers} providers, {Routes} routes"
    )]
    private partial void LogAccepted(string path, int providers, int routes);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Path} is gone: its workspace has what is shared with it and nothing of its own"
    )]
    private partial void LogGone(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Setting} changed and takes effect at the next start")]
    private partial void LogRestartNeeded(string setting);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Path} changed and was refused ({Faults}); the configuration before it stays in force"
    )]
    private partial void LogRefused(string path, string faults);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Path} could not be read again; this is a fault of Weir's")]
    private partial void LogBroke(Exception unforeseen, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path}: {Failure}")]
    private partial void LogUnread(string path, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Fault}")]
    private partial void LogFault(string fault);
}

/// <summary>What replacing the configuration came to.</summary>
internal sealed record ConfigReplacement(ConfigReplacementOutcome Outcome, ImmutableArray<ConfigFault> Faults);

/// <summary>How replacing the configuration ended.</summary>
internal enum ConfigReplacementOutcome
{
    /// <summary>Written and in force.</summary>
    Done,

    /// <summary>The server runs without a file.</summary>
    NoFile,

    /// <summary>The file cannot be written.</summary>
    ReadOnly,

    /// <summary>The text is another one by now.</summary>
    Changed,

    /// <summary>The new text has faults.</summary>
    Faulty,
}
