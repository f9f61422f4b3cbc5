using System.Text.RegularExpressions;
using Weir.Gateway.Upstreams;
using Weir.Server.Configuration.Yaml;

namespace Weir.Server.Configuration.Imports;

/// <summary>
/// Makes providers of LiteLLM's deployments: those that sign in alike at the same place are one. Values that stand in the environment
/// (<c>os.environ/NAME</c>) stay there.
/// </summary>
internal sealed partial class LiteLlmProviders(ImportedDocument document)
{
    private const string Environment = "os.environ/";
    private readonly Dictionary<string, ImportedProvider> made = new(StringComparer.Ordinal);

    /// <summary>
    /// Keeps the variables that the document reads for what it reads them for, and those that LiteLLM reads of itself where no key is said.
    /// </summary>
    public void Reserve(YamlMap root)
    {
        foreach (var name in ImportMap.Scalars(root).Select(VariableOf).OfType<string>())
        {
            document.Reserve(name);
        }

        foreach (var name in Vendors.All.SelectMany(vendor => vendor.Variables))
        {
            document.Reserve(name);
        }
    }

    /// <summary>The provider of a deployment, and what its model is called there; null, with a note, where Weir has none for it.</summary>
    /// <param name="parameters">Its <c>litellm_params</c>.</param>
    /// <param name="baseModel">The model that a deployment of Azure's is one of; null where that is not said.</param>
    public (ImportedProvider Provider, string Model)? Of(ImportMap parameters, string? baseModel)
    {
        if (parameters.Text("model") is not { } written)
        {
            document.Note(parameters.At("model"), "there is no model: the deployment is left out");
            return null;
        }

        if (LiteLlmPrefixes.Of(written, parameters.Text("custom_llm_provider")) is not { } found)
        {
            document.Note(parameters.At("model"), "Weir has no kind of provider for this: the deployment is left out");
            return null;
        }

        var place = Place(parameters, ref found);
        if (place is null)
        {
            return null;
        }

        var (clear, keys) = Keys(parameters, found);
        var id = string.Join(
            '\n',
            [found.Kind, found.Vendor ?? found.Prefix, .. place.Select(t => $"{t.Key}={t.Value}"), clear]
        );
        if (!made.TryGetValue(id, out var provider))
        {
            var name = document.NewName(found.Vendor ?? found.Prefix);
            provider = new ImportedProvider
            {
                Name = name,
                Kind = found.Kind,
                Source = parameters.Path,
            };
            if (found is { Kind: "openai-compatible", Vendor: { } vendor } && name != vendor)
            {
                provider.Texts.Add(("vendor", new ImportedText(vendor)));
            }

            foreach (var (key, value) in place)
            {
                provider.Texts.Add((key, Text(value, parameters.At(key), ExampleOf(key))));
            }

            foreach (var (key, word, value) in keys)
            {
                provider.Texts.Add((key, Key(name, word, value)));
            }

            made.Add(id, provider);
            document.Providers.Add(provider);
        }

        if (found.Kind == "azure-openai" && baseModel is not null && baseModel != found.Model)
        {
            // Two deployments of one model at one resource: the second goes by its own name.
            if (provider.Deployments.TryAdd(baseModel, found.Model) || provider.Deployments[baseModel] == found.Model)
            {
                return (provider, baseModel);
            }
        }

        return (provider, found.Model);
    }

    // Where it stands, as keys of Weir's; null, with a note, where that is not said.
    private List<(string Key, string Value)>? Place(
        ImportMap parameters,
        ref (string Prefix, string Kind, string? Vendor, string Model) found
    )
    {
        var written = (parameters.Text("api_base") ?? parameters.Text("base_url"))?.TrimEnd('/');
        var place = new List<(string, string)>();
        switch (found.Kind)
        {
            case "bedrock":
                place.Add(("region", parameters.Text("aws_region_name") ?? Environment + "AWS_REGION"));
                Base(place, written, usual: null);
                return place;
            case "vertex":
                place.Add(("project", parameters.Text("vertex_project") ?? Environment + "GOOGLE_CLOUD_PROJECT"));
                place.Add(("location", parameters.Text("vertex_location") ?? Environment + "GOOGLE_CLOUD_LOCATION"));
                Base(place, written, usual: null);
                return place;
            case "azure-openai":
                place.Add(("baseUrl", written ?? Environment + "AZURE_API_BASE"));
                if (parameters.Text("api_version") is { } version)
                {
                    place.Add(("apiVersion", version));
                }

                return place;
            case "anthropic":
                Base(place, Without(Without(written, "/messages"), "/v1"), "https://api.anthropic.com");
                return place;
            case "gemini":
                Base(place, Without(written, "/v1beta"), "https://generativelanguage.googleapis.com");
                return place;
            case "openai" when written is null || written == "https://api.openai.com/v1":
                return place;
            case "openai":
                // LiteLLM's word for whatever speaks as OpenAI does.
                found = found with
                {
                    Kind = "openai-compatible",
                    Vendor = null,
                    Prefix = HostOf(written) ?? "openai-compatible",
                };
                place.Add(("baseUrl", written));
                return place;
            default:
                return Compatible(parameters, place, written, found.Vendor);
        }
    }

    private List<(string, string)>? Compatible(
        ImportMap parameters,
        List<(string, string)> place,
        string? written,
        string? vendor
    )
    {
        var known = Vendors.Named(vendor);
        if (written is null && known?.BaseUrl is null)
        {
            document.Note(parameters.At("api_base"), "there is no address: the deployment is left out");
            return null;
        }

        // Ollama's own address is without the path under which it speaks as OpenAI does.
        var isBare =
            vendor == "ollama" && Uri.TryCreate(written, UriKind.Absolute, out var url) && url.AbsolutePath == "/";
        Base(place, isBare ? written + "/v1" : written, known?.BaseUrl);
        return place;
    }

    // What it signs in with: a text that tells such keys apart, and each as Weir's key, the end of a variable's name, and what was written.
    private (string Id, List<(string Key, string Word, string Value)> Keys) Keys(
        ImportMap parameters,
        (string Prefix, string Kind, string? Vendor, string Model) found
    )
    {
        var keys = new List<(string, string, string)>();
        if (found.Kind == "bedrock" && !parameters.Has("api_key"))
        {
            keys.Add(
                (
                    "accessKeyId",
                    "ACCESS_KEY_ID",
                    parameters.Text("aws_access_key_id") ?? Environment + "AWS_ACCESS_KEY_ID"
                )
            );
            keys.Add(
                (
                    "secretAccessKey",
                    "SECRET_ACCESS_KEY",
                    parameters.Text("aws_secret_access_key") ?? Environment + "AWS_SECRET_ACCESS_KEY"
                )
            );
            if (parameters.Text("aws_session_token") is { } token)
            {
                keys.Add(("sessionToken", "SESSION_TOKEN", token));
            }

            foreach (
                var other in new[] { "aws_role_name", "aws_profile_name", "aws_session_name", "aws_web_identity_token" }
            )
            {
                parameters.NoteIf(other, "Weir signs with an access key or a key of Bedrock's, and takes on no role");
            }
        }
        else if (found.Kind == "vertex")
        {
            var written = parameters.Text("vertex_credentials") ?? Environment + "GOOGLE_APPLICATION_CREDENTIALS";
            if (written.TrimStart().StartsWith('{'))
            {
                parameters.Note(
                    "vertex_credentials",
                    "the credentials themselves do not belong in the document: put them in the file that the variable names"
                );
                written = Environment + "GOOGLE_APPLICATION_CREDENTIALS";
            }

            keys.Add(("credentials", "CREDENTIALS", written));
        }
        else if (parameters.Text("api_key") is { } key)
        {
            keys.Add(("apiKey", "API_KEY", key));
        }
        else if (found.Vendor is { } vendor && Vendors.Named(vendor) is { Variables: [var variable, ..] })
        {
            keys.Add(("apiKey", "API_KEY", Environment + (vendor == "azure" ? "AZURE_API_KEY" : variable)));
        }
        else if (Vendors.Named(found.Vendor)?.AddressVariable is null)
        {
            document.Note(
                parameters.At("api_key"),
                "there is no key: Weir passes on each caller's own; add apiKey where it needs one"
            );
        }

        return (string.Join('\n', keys.Select(k => k.Item3)), keys);
    }

    private ImportedText Key(string provider, string word, string value) =>
        VariableOf(value) is { } variable
            ? document.Variable(variable, $"what {provider} signs in with", ImportPlaceholders.Name)
        : word == "CREDENTIALS" ? ImportedText.Plain(value)
        : document.Secret(provider, word, value);

    private ImportedText Text(string value, string path, string example) =>
        VariableOf(value) is { } variable ? document.Variable(variable, path, example) : ImportedText.Plain(value);

    private static void Base(List<(string, string)> place, string? written, string? usual)
    {
        if (written is not null && written != usual)
        {
            place.Add(("baseUrl", written));
        }
    }

    private static string ExampleOf(string key) =>
        key switch
        {
            "baseUrl" => ImportPlaceholders.Address,
            "region" or "location" => ImportPlaceholders.Region,
            "apiVersion" => ImportPlaceholders.Version,
            _ => ImportPlaceholders.Name,
        };

    private static string? VariableOf(string value) =>
        value.StartsWith(Environment, StringComparison.Ordinal) && VariableName().IsMatch(value[Environment.Length..])
            ? value[Environment.Length..]
            : null;

    private static string? HostOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url.Host : null;

    private static string? Without(string? text, string end) =>
        text is not null && text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VariableName();
}
