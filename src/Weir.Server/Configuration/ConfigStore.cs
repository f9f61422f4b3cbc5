using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging;
using Weir.Server.DataFolder;

namespace Weir.Server.Configuration;

/// <summary>
/// The configuration in force: read at the start, read again when its file changes, replaced through the API. A text is
/// validated as a whole and swapped in as a whole; one with faults changes nothing. Thread-safe.
/// </summary>
internal sealed partial class ConfigStore
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly string file;
    private readonly Func<string, string?> variable;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private ConfigSnapshot current;
    private Action<WeirConfig> apply = _ => { };
    private ServerConfig? started;
    private string? seen;

    private ConfigStore(
        string file,
        Func<string, string?> variable,
        TimeProvider clock,
        ILogger log,
        ConfigSnapshot current
    )
    {
        this.file = file;
        this.variable = variable;
        this.clock = clock;
        this.log = log;
        this.current = current;
        seen = current.Text;
    }

    /// <summary>The configuration in force.</summary>
    public ConfigSnapshot Current => Volatile.Read(ref current);

    /// <summary>The file that is watched, whether it exists or not.</summary>
    public string WatchedPath => file;

    /// <summary>Reads the file, or the environment when there is none.</summary>
    /// <param name="options">Which file, and whose environment.</param>
    /// <param name="log">Where changes are told.</param>
    /// <returns>A store, or what is wrong, one line for each fault.</returns>
    public static (ConfigStore? Store, ImmutableArray<string> Faults) Open(WeirHostOptions options, ILogger log)
    {
        var path = Path.GetFullPath(options.ConfigPath ?? Path.Combine(options.DataFolder, "weir.yaml"));
        var read = ReadText(path);
        if (read is { Text: null, Missing: true } && options.ConfigPath is null)
        {
            return (new ConfigStore(path, options.Variable, options.Clock, log, FromEnvironment(options)), []);
        }

        if (read.Text is null)
        {
            return (null, [$"{path}: {read.Failure}"]);
        }

        var result = ConfigReader.Read(read.Text, options.Variable);
        return result.Config is null
            ? (null, [.. result.Faults.Select(fault => fault.ToText(path))])
            : (
                new ConfigStore(
                    path,
                    options.Variable,
                    options.Clock,
                    log,
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
    public static ConfigStore WithoutFile(WeirHostOptions options, ILogger log) =>
        new(
            Path.GetFullPath(options.ConfigPath ?? Path.Combine(options.DataFolder, "weir.yaml")),
            options.Variable,
            options.Clock,
            log,
            FromEnvironment(options)
        );

    /// <summary>Puts the configuration in force and remembers the settings that hold until the next start.</summary>
    /// <param name="taker">Called with each configuration that takes force, under the store's lock, so in order.</param>
    public void Start(Action<WeirConfig> taker)
    {
        lock (gate)
        {
            apply = taker;
            started = current.Config.Server;
            apply(current.Config);
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
            Read();
        }
        catch (Exception unforeseen)
        {
            LogBroke(unforeseen, file);
        }
    }

    private void Read()
    {
        lock (gate)
        {
            var read = ReadText(file);
            if (read.Text is null)
            {
                // A file that was never there is no news; one that went or cannot be read is.
                if (current.Path is not null && !(read.Failure == seen && !current.PendingFaults.IsEmpty))
                {
                    seen = read.Failure;
                    Refuse([new ConfigFault(1, 1, "", read.Failure)]);
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
                current = current with { PendingFaults = [] };
                return;
            }

            var result = ConfigReader.Read(read.Text, variable);
            if (result.Config is null)
            {
                Refuse(result.Faults);
            }
            else
            {
                try
                {
                    apply(result.Config);
                }
                catch (ArgumentException unfit)
                {
                    // The gateway found what reading did not; it keeps what it has, and so does the store.
                    Refuse([new ConfigFault(1, 1, "", unfit.Message)]);
                    return;
                }

                Accept(result.Config, read.Text);
            }
        }
    }

    /// <summary>Replaces the text through the API.</summary>
    /// <param name="text">The whole new text; masked secrets keep their value.</param>
    /// <param name="etag">The text that it was made from.</param>
    public ConfigReplacement Replace(string text, string etag)
    {
        lock (gate)
        {
            if (current.Text is null || current.Path is null)
            {
                return new ConfigReplacement(ConfigReplacementOutcome.NoFile, []);
            }

            if (etag != current.ETag || ReadText(file).Text != current.Text)
            {
                return new ConfigReplacement(ConfigReplacementOutcome.Changed, []);
            }

            var edit = ConfigEdit.Prepare(current.Text, text);
            if (edit.Text is null)
            {
                return new ConfigReplacement(ConfigReplacementOutcome.Faulty, WithFaultsOfReading(edit.Faults, text));
            }

            var result = ConfigReader.Read(edit.Text, variable);
            if (result.Config is null)
            {
                return new ConfigReplacement(ConfigReplacementOutcome.Faulty, result.Faults);
            }

            try
            {
                apply(result.Config);
                AtomicFile.Write(file, Utf8.GetBytes(edit.Text), AtomicFile.OwnerOnly);
            }
            catch (ArgumentException unfit)
            {
                return new ConfigReplacement(
                    ConfigReplacementOutcome.Faulty,
                    [new ConfigFault(1, 1, "", unfit.Message)]
                );
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                apply(current.Config);
                return new ConfigReplacement(ConfigReplacementOutcome.ReadOnly, []);
            }

            seen = edit.Text;
            Accept(result.Config, edit.Text);
            return new ConfigReplacement(ConfigReplacementOutcome.Done, []);
        }
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
                return true;
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

    private static ConfigSnapshot FromEnvironment(WeirHostOptions options) =>
        new()
        {
            Config = ProviderPresets.FromEnvironment(options.Variable),
            Text = null,
            Path = null,
            AcceptedAt = options.Clock.GetUtcNow(),
        };

    private void Accept(WeirConfig config, string text)
    {
        current = new ConfigSnapshot
        {
            Config = config,
            Text = text,
            Path = file,
            AcceptedAt = clock.GetUtcNow(),
            RestartNeededFor = RestartNeeded(config.Server),
        };
        LogAccepted(file, config.Gateway.Providers.Length, config.Gateway.Routes.Length);
        foreach (var setting in current.RestartNeededFor)
        {
            LogRestartNeeded(setting);
        }
    }

    private void Refuse(ImmutableArray<ConfigFault> faults)
    {
        current = current with { PendingFaults = faults };
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

        if (before.TlsCertificate != now.TlsCertificate || before.TlsKey != now.TlsKey)
        {
            changed.Add("server.tls");
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
            var buffer = new char[Yaml.YamlTree.MaxCharacters + 1];
            var length = reader.ReadBlock(buffer);
            return (new string(buffer, 0, length).TrimStart('\uFEFF'), false, "");
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Setting} changed and takes effect at the next start")]
    private partial void LogRestartNeeded(string setting);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Path} changed and was refused ({Faults}); the configuration before it stays in force"
    )]
    private partial void LogRefused(string path, string faults);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Path} could not be read again; this is a fault of Weir's")]
    private partial void LogBroke(Exception unforeseen, string path);

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
