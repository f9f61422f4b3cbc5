using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Foundation;
using Weir.FunctionalTests.Exports;
using Weir.GraphQL;
using Weir.Identity;
using Weir.Server.Api;
using Weir.Server.GraphQL;

namespace Weir.FunctionalTests.GraphQL;

/// <summary>Asks the server of a house behind its door, where it can be counted what an operation asks.</summary>
internal static class GraphQLHouse
{
    /// <summary>An answer, and how many questions were asked for it.</summary>
    public static async Task<(JsonNode Answer, int Asked)> AskAsync(
        this ExportHouse house,
        string query,
        PermissionSet? may = null
    )
    {
        var services = house.House.Host.Services;
        var permissions = may ?? PermissionSet.All;
        var caller = new ApiCaller(
            new Principal { Workspace = WorkspaceId.Default, Permissions = permissions },
            () => true
        )
        {
            MayNow = () => permissions,
        };
        var call = new GraphQLCall(caller, services);
        var schema = (WeirSchema)services.GetService(typeof(WeirSchema))!;
        var (operation, refusal) = schema.Engine.Prepare(new GraphQLRequest(query));
        Assert.True(operation is not null, refusal is null ? "" : Encoding.UTF8.GetString(refusal.ToJson().Span));
        var answer = await operation.RunAsync(call, TestContext.Current.CancellationToken);
        return (JsonNode.Parse(answer.ToJson().Span)!, call.Asked);
    }

    /// <summary>What a route of REST answers.</summary>
    public static async Task<JsonNode> RestAsync(this ExportHouse house, string path)
    {
        var (status, text) = await house.House.SendAsync("GET", path, house.Key);
        Assert.True(status == System.Net.HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The selection that asks for all that an answer of REST has.</summary>
    public static string Selection(JsonNode answer) =>
        answer switch
        {
            JsonArray { Count: > 0 } list => Selection(list[0]!),
            JsonObject one => "{ "
                + string.Join(
                    ' ',
                    one.Select(part =>
                        part.Key == "keys" ? "keys { name value }"
                        : part.Value is JsonObject or JsonArray ? part.Key + " " + Selection(part.Value)
                        : part.Key
                    )
                )
                + " }",
            _ => "",
        };

    /// <summary>An answer in one form, wherever it comes from: figures as text, keys as pairs.</summary>
    public static JsonNode? Plain(JsonNode? answer, string name = "")
    {
        switch (answer)
        {
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Plain(item))]);
            case JsonObject pairs when name == "keys":
                return new JsonArray([
                    .. pairs.Select(pair => new JsonObject { ["name"] = pair.Key, ["value"] = Plain(pair.Value) }),
                ]);
            case JsonObject one:
                return new JsonObject(one.Select(part => KeyValuePair.Create(part.Key, Plain(part.Value, part.Key))));
            case JsonValue value:
                return decimal.TryParse(
                    value.ToString(),
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                    ? (JsonNode)number.ToString("0.############", CultureInfo.InvariantCulture)
                    : value.DeepClone();
            default:
                return null;
        }
    }
}
