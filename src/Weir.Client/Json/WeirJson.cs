using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Client.Json;

/// <summary>How the public API's shapes are written and read: camelCase, UTC times, nulls kept (null is "unknown").</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    MaxDepth = WeirJson.MaxDepth,
    Converters = [typeof(UtcTimeConverter)]
)]
[JsonSerializable(typeof(UsageSummaryResult))]
[JsonSerializable(typeof(UsageSeriesResult))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(RequestItem))]
[JsonSerializable(typeof(IReadOnlyList<RequestItem>))]
[JsonSerializable(typeof(LiveMessage))]
[JsonSerializable(typeof(LiveChange))]
[JsonSerializable(typeof(WorkspaceItem))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyItem))]
[JsonSerializable(typeof(NewKey))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(KeyWithText))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(ConfigText))]
[JsonSerializable(typeof(ConfigVersionPage))]
[JsonSerializable(typeof(ConfigVersionDetail))]
[JsonSerializable(typeof(ConfigDiff))]
[JsonSerializable(typeof(ConfigRollback))]
[JsonSerializable(typeof(ConfigImportRequest))]
[JsonSerializable(typeof(ConfigImportResult))]
[JsonSerializable(typeof(ConfigDryRun))]
[JsonSerializable(typeof(ConfigDryRunResult))]
[JsonSerializable(typeof(ConfigLiveCheck))]
[JsonSerializable(typeof(SecretList))]
[JsonSerializable(typeof(SecretItem))]
[JsonSerializable(typeof(SecretValue))]
[JsonSerializable(typeof(SecretKeyRotation))]
[JsonSerializable(typeof(ConfigCheck))]
[JsonSerializable(typeof(PriceList))]
[JsonSerializable(typeof(RepriceRequest))]
[JsonSerializable(typeof(RepriceResult))]
[JsonSerializable(typeof(SystemStatus))]
[JsonSerializable(typeof(DemoStatus))]
[JsonSerializable(typeof(CaptureSources))]
[JsonSerializable(typeof(CaptureBatchResult))]
[JsonSerializable(typeof(OtlpFailure))]
[JsonSerializable(typeof(SessionPage))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(SessionActivityResult))]
[JsonSerializable(typeof(SessionContent))]
[JsonSerializable(typeof(HandoffPage))]
[JsonSerializable(typeof(BlockList))]
[JsonSerializable(typeof(StatusLineResult))]
[JsonSerializable(typeof(LimitList))]
[JsonSerializable(typeof(ProviderHealthList))]
[JsonSerializable(typeof(AuditResult))]
[JsonSerializable(typeof(HealthResult))]
[JsonSerializable(typeof(ReadinessResult))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(HooksReport))]
[JsonSerializable(typeof(TopSnapshot))]
[JsonSerializable(typeof(ErasureRequest))]
[JsonSerializable(typeof(PersonLine))]
[JsonSerializable(typeof(ErasureResult))]
[JsonSerializable(typeof(AnonymousFigures))]
[JsonSerializable(typeof(SessionItem))]
[JsonSerializable(typeof(UserList))]
[JsonSerializable(typeof(UserItem))]
[JsonSerializable(typeof(InvitedUserItem))]
[JsonSerializable(typeof(NewUserItem))]
[JsonSerializable(typeof(UserPatch))]
[JsonSerializable(typeof(UserReset))]
[JsonSerializable(typeof(AuthSessionList))]
[JsonSerializable(typeof(AuthSessionItem))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(SignInCode))]
[JsonSerializable(typeof(SignInAnswer))]
[JsonSerializable(typeof(InvitationToken))]
[JsonSerializable(typeof(InvitationInfo))]
[JsonSerializable(typeof(InvitationAnswer))]
[JsonSerializable(typeof(CallerInfo))]
[JsonSerializable(typeof(PasswordAgain))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(OneTimeCode))]
[JsonSerializable(typeof(BegunCodesItem))]
[JsonSerializable(typeof(RecoveryCodeList))]
[JsonSerializable(typeof(CredentialInfo))]
[JsonSerializable(typeof(PasskeyOptions))]
[JsonSerializable(typeof(PasskeyAnswer))]
[JsonSerializable(typeof(NewPasskey))]
[JsonSerializable(typeof(WorkspaceList))]
[JsonSerializable(typeof(WorkspaceWithKey))]
[JsonSerializable(typeof(NewWorkspaceItem))]
[JsonSerializable(typeof(WorkspacePatch))]
[JsonSerializable(typeof(OrganisationList))]
[JsonSerializable(typeof(OrganisationItem))]
[JsonSerializable(typeof(NewOrganisation))]
[JsonSerializable(typeof(BudgetList))]
[JsonSerializable(typeof(BudgetGrantItem))]
[JsonSerializable(typeof(NewBudgetGrantItem))]
[JsonSerializable(typeof(TeamList))]
[JsonSerializable(typeof(TeamItem))]
[JsonSerializable(typeof(TeamText))]
[JsonSerializable(typeof(PermissionList))]
[JsonSerializable(typeof(RoleList))]
[JsonSerializable(typeof(RoleItem))]
[JsonSerializable(typeof(RoleText))]
[JsonSerializable(typeof(RouteQuestionItem))]
[JsonSerializable(typeof(RouteExplanationItem))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(ActivityPage))]
[JsonSerializable(typeof(ActivityEventItem))]
[JsonSerializable(typeof(AuditItem))]
[JsonSerializable(typeof(AuditVerification))]
public sealed partial class WeirJson : JsonSerializerContext
{
    /// <summary>How deep a text may be nested: a question on a route holds a caller's whole request, which may be 256 deep.</summary>
    public const int MaxDepth = 260;

    /// <summary>
    /// Leaves quotes' kin and letters of every script as they are: the API's answers are never put into a page as they come.
    /// </summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The context that the server writes with.</summary>
    public static WeirJson Written =>
        // Not an initialiser: the generated half's own could run after it.
        written ??= new WeirJson(new JsonSerializerOptions(Default.Options!) { Encoder = Encoder });

    private static WeirJson? written;
}

/// <summary>The same shapes over several lines, for people who read JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    Converters = [typeof(UtcTimeConverter)]
)]
[JsonSerializable(typeof(UsageSummaryResult))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyItem))]
[JsonSerializable(typeof(KeyWithText))]
[JsonSerializable(typeof(SecretList))]
[JsonSerializable(typeof(SecretItem))]
[JsonSerializable(typeof(SecretKeyRotation))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(ConfigVersionPage))]
[JsonSerializable(typeof(ConfigVersionDetail))]
[JsonSerializable(typeof(ConfigImportResult))]
[JsonSerializable(typeof(ConfigDryRunResult))]
[JsonSerializable(typeof(ConfigLiveCheck))]
[JsonSerializable(typeof(ConfigDiff))]
[JsonSerializable(typeof(ConfigCheck))]
[JsonSerializable(typeof(PriceList))]
[JsonSerializable(typeof(RepriceResult))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(TokenCount))]
[JsonSerializable(typeof(HooksReport))]
[JsonSerializable(typeof(ReadinessResult))]
[JsonSerializable(typeof(DemoStatus))]
[JsonSerializable(typeof(CaptureSources))]
[JsonSerializable(typeof(CaptureDelivery))]
[JsonSerializable(typeof(SessionPage))]
[JsonSerializable(typeof(SessionDetail))]
[JsonSerializable(typeof(SessionActivityResult))]
[JsonSerializable(typeof(SessionContent))]
[JsonSerializable(typeof(HandoffPage))]
[JsonSerializable(typeof(BlockList))]
[JsonSerializable(typeof(LimitList))]
[JsonSerializable(typeof(ProviderHealthList))]
[JsonSerializable(typeof(TopSnapshot))]
[JsonSerializable(typeof(ErasureResult))]
[JsonSerializable(typeof(AnonymousFigures))]
[JsonSerializable(typeof(UserList))]
[JsonSerializable(typeof(UserItem))]
[JsonSerializable(typeof(InvitedUserItem))]
[JsonSerializable(typeof(AuthSessionList))]
[JsonSerializable(typeof(AuthSessionItem))]
[JsonSerializable(typeof(WorkspaceItem))]
[JsonSerializable(typeof(WorkspaceList))]
[JsonSerializable(typeof(WorkspaceWithKey))]
[JsonSerializable(typeof(NewWorkspaceItem))]
[JsonSerializable(typeof(WorkspacePatch))]
[JsonSerializable(typeof(OrganisationList))]
[JsonSerializable(typeof(OrganisationItem))]
[JsonSerializable(typeof(NewOrganisation))]
[JsonSerializable(typeof(BudgetList))]
[JsonSerializable(typeof(BudgetGrantItem))]
[JsonSerializable(typeof(NewBudgetGrantItem))]
[JsonSerializable(typeof(TeamList))]
[JsonSerializable(typeof(TeamItem))]
[JsonSerializable(typeof(TeamText))]
[JsonSerializable(typeof(PermissionList))]
[JsonSerializable(typeof(RoleList))]
[JsonSerializable(typeof(RoleItem))]
[JsonSerializable(typeof(RoleText))]
[JsonSerializable(typeof(RouteExplanationItem))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(ActivityPage))]
[JsonSerializable(typeof(AuditItem))]
[JsonSerializable(typeof(AuditVerification))]
public sealed partial class WeirJsonIndented : JsonSerializerContext
{
    /// <summary>The context that the command line writes with.</summary>
    public static WeirJsonIndented Written =>
        written ??= new WeirJsonIndented(new JsonSerializerOptions(Default.Options!) { Encoder = WeirJson.Encoder });

    private static WeirJsonIndented? written;
}
