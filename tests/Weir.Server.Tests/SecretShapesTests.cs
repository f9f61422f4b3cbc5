using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Client;
using Weir.Gateway;
using Weir.Identity;

namespace Weir.Server.Tests;

/// <summary>
/// A record writes out all that it holds, and whoever puts one into a log or an error would write a password there: every record
/// with a secret leaves it out.
/// </summary>
public sealed class SecretShapesTests
{
    private const string Canary = "canary-4711";

    // A member of one of these names is a secret wherever it stands.
    private static readonly FrozenSet<string> Secret = FrozenSet.ToFrozenSet(
        [
            "Password",
            "Token",
            "Ticket",
            "Code",
            "Codes",
            "RecoveryCodes",
            "Csrf",
            "Invitation",
            "Credential",
            "KeyText",
            "ApiKey",
            "TotpSecret",
            "RecoverySalt",
            "Sealed",
        ],
        StringComparer.Ordinal
    );

    // These are in some.
    private static readonly FrozenSet<(string Type, string Member)> SecretThere = FrozenSet.ToFrozenSet([
        ("PasswordChange", "Current"),
        ("PasswordChange", "Next"),
        ("SecretValue", "Value"),
        ("NewSecret", "Value"),
        ("SecretFinding", "Value"),
        ("SecretKeys", "Variable"),
        ("BegunCodes", "Secret"),
        ("BegunCodes", "Address"),
        ("BegunCodesItem", "Secret"),
        ("BegunCodesItem", "Address"),
        ("KeyWithText", "Text"),
        ("KeyChange", "Text"),
        ("ConfigSnapshot", "Text"),
        ("ConfigInput", "Text"),
        ("OtlpConfig", "Headers"),
        ("Texts", "Key"),
    ]);

    // What has such a name and is none: whose credential a provider is sent.
    private static readonly FrozenSet<(string Type, string Member)> Harmless = FrozenSet.ToFrozenSet([
        ("ProviderItem", "Credential"),
        ("RouteTargetItem", "Credential"),
    ]);

    public static TheoryData<Type> Shapes { get; } = [.. Records().Where(type => Secrets(type).Any())];

    [Fact]
    public void The_shapes_of_signing_in_are_among_them()
    {
        var names = Shapes.Select(shape => shape.Data).ToHashSet();
        Type[] known =
        [
            typeof(SignInRequest),
            typeof(SignInCode),
            typeof(SignInAnswer),
            typeof(InvitationToken),
            typeof(InvitationAnswer),
            typeof(PasswordAgain),
            typeof(PasswordChange),
            typeof(OneTimeCode),
            typeof(PasskeyAnswer),
            typeof(NewPasskey),
            typeof(SecretValue),
            typeof(NewSecret),
            typeof(KeyWithText),
            typeof(WorkspaceWithKey),
            typeof(ProviderConfig),
            typeof(OpenedSession),
            typeof(BegunCodesItem),
            typeof(RecoveryCodeList),
            typeof(InvitedUserItem),
            typeof(CallerInfo),
        ];

        Assert.Empty(known.Except(names));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_record_does_not_write_its_secrets(Type shape)
    {
        var made = Fill(shape, 0);

        Assert.DoesNotContain(Canary, made!.ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<Type> Records() =>
        new[] { typeof(SignInRequest), typeof(IdentityStore), typeof(ModelGateway), typeof(WeirHost) }
            .Select(type => type.Assembly)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type =>
                type is { IsAbstract: false, ContainsGenericParameters: false }
                && type.Namespace?.StartsWith("Weir", StringComparison.Ordinal) == true
                && type.GetMethod(
                    "PrintMembers",
                    BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                )
                    is not null
            );

    /// <summary>The members of a type that are secrets, or hold some.</summary>
    private static IEnumerable<PropertyInfo> Secrets(Type type, int depth = 0) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Where(property =>
                IsSecret(type, property)
                || (
                    depth < 3
                    && property.PropertyType.Namespace?.StartsWith("Weir", StringComparison.Ordinal) == true
                    && property.PropertyType.IsClass
                    && Secrets(property.PropertyType, depth + 1).Any()
                )
            );

    private static bool IsSecret(Type type, PropertyInfo property) =>
        !Harmless.Contains((type.Name, property.Name))
        && (Secret.Contains(property.Name) || SecretThere.Contains((type.Name, property.Name)))
        && Value(property.PropertyType) is not null;

    /// <summary>An instance whose secrets are canaries and whose other members are empty.</summary>
    private static object? Fill(Type type, int depth)
    {
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
        {
            if (field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            {
                field.SetValue(made, field.FieldType.GetField("Empty")!.GetValue(null));
            }
        }

        foreach (var property in Secrets(type, depth))
        {
            var value = IsSecret(type, property)
                ? Value(property.PropertyType)
                : Fill(property.PropertyType, depth + 1);
            for (var holder = type; holder is not null; holder = holder.BaseType)
            {
                holder
                    .GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)
                    ?.SetValue(made, value);
            }
        }

        return made;
    }

    private static object? Value(Type type) =>
        type == typeof(string) ? Canary
        : type == typeof(JsonElement) ? JsonDocument.Parse($$"""{"id":"{{Canary}}"}""").RootElement
        : type == typeof(byte[]) ? System.Text.Encoding.ASCII.GetBytes(Canary)
        : type.IsAssignableFrom(typeof(ImmutableArray<string>)) ? ImmutableArray.Create(Canary)
        : type.IsAssignableFrom(typeof(string[])) && typeof(IEnumerable).IsAssignableFrom(type) ? new[] { Canary }
        : null;
}
