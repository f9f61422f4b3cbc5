import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type UsageSummary = Schemas['UsageSummaryResult'];
export type UsageFigures = Schemas['UsageFigures'];
export type UsageSeries = Schemas['UsageSeriesResult'];
export type UsageHeatmap = Schemas['UsageHeatmapResult'];
export type UsageDistribution = Schemas['UsageDistributionResult'];
export type RequestPage = Schemas['RequestPage'];
export type PriceList = Schemas['PriceList'];
export type RequestItem = Schemas['RequestItem'];
export type SystemStatus = Schemas['SystemStatus'];
export type SystemPerformance = Schemas['SystemPerformance'];
export type SystemErrors = Schemas['SystemErrors'];
export type ComponentTime = Schemas['ComponentTime'];
export type SlowQuery = Schemas['SlowQueryItem'];
export type CacheItem = Schemas['CacheItem'];
export type LiveMessage = Schemas['LiveMessage'];
export type LiveChange = Schemas['LiveChange'];
export type ActivityPage = Schemas['ActivityPage'];
export type ActivityEvent = Schemas['ActivityEventItem'];
export type ProviderHealthList = Schemas['ProviderHealthList'];
export type SessionPage = Schemas['SessionPage'];
export type SessionItem = Schemas['SessionItem'];
export type SessionDetail = Schemas['SessionDetail'];
export type SessionNode = Schemas['SessionTreeNode'];
export type SessionFigures = Schemas['SessionFigures'];
export type SessionContent = Schemas['SessionContent'];
export type SessionActivity = Schemas['SessionActivityResult'];
export type HandoffItem = Schemas['HandoffItem'];
export type HandoffPage = Schemas['HandoffPage'];
export type DashboardInfo = Schemas['DashboardInfo'];
export type DashboardItem = Schemas['DashboardItem'];
export type DashboardWidget = Schemas['DashboardWidget'];
export type Problem = Schemas['Problem'];
export type UserItem = Schemas['UserItem'];
export type InvitedUser = Schemas['InvitedUserItem'];
export type NewUser = Schemas['NewUserItem'];
export type RoleGrant = Schemas['GrantItem'];
export type RoleItem = Schemas['RoleItem'];
export type TeamItem = Schemas['TeamItem'];
export type PermissionItem = Schemas['PermissionItem'];
export type AuditItem = Schemas['AuditItem'];
export type AuditPage = Schemas['AuditPage'];
export type AuditVerification = Schemas['AuditVerification'];
export type ConfigDocument = Schemas['ConfigDocument'];
export type ConfigFault = Schemas['ConfigFaultItem'];
export type ConfigCheck = Schemas['ConfigCheck'];
export type ConfigVersion = Schemas['ConfigVersionItem'];
export type ConfigVersionPage = Schemas['ConfigVersionPage'];
export type ConfigDiff = Schemas['ConfigDiff'];
export type ConfigDryRun = Schemas['ConfigDryRunResult'];
export type ConfigLiveCheck = Schemas['ConfigLiveCheck'];
export type RouteExplanation = Schemas['RouteExplanationItem'];
export type RouteQuestion = Schemas['RouteQuestionItem'];
export type RouteTarget = Schemas['RouteTargetItem'];

export type Caller = Schemas['CallerInfo'];
export type SignInStep = Schemas['SignInAnswer'];
export type Invitation = Schemas['InvitationInfo'];
export type Credentials = Schemas['CredentialInfo'];
export type BegunCodes = Schemas['BegunCodesItem'];
export type KeyItem = Schemas['KeyItem'];
export type KeyWithText = Schemas['KeyWithText'];
export type NewKey = Schemas['NewKey'];
export type BudgetList = Schemas['BudgetList'];
export type Budget = Schemas['BudgetItem'];
export type BudgetCounter = Schemas['BudgetCounterItem'];
export type BudgetEdit = Schemas['BudgetEdit'];
export type BudgetGrant = Schemas['BudgetGrantItem'];
export type Override = Schemas['OverrideItem'];
export type OverrideList = Schemas['OverrideList'];
export type RouteItem = Schemas['RouteItem'];
export type RateLimit = Schemas['RateLimitItem'];
export type RuleChange = Schemas['RuleChange'];
export type LimitList = Schemas['LimitList'];
export type Limit = Schemas['LimitItem'];
export type LimitNotice = Schemas['LimitNoticeItem'];
export type BlockList = Schemas['BlockList'];
export type Block = Schemas['BlockItem'];
export type RecoveryCodes = Schemas['RecoveryCodeList'];
export type AuthSession = Schemas['AuthSessionItem'];

/** The header that carries a Weir key; see docs/operations/api.md. */
export const KEY_HEADER = 'x-weir-key';

/** The header that every change by a session carries. */
export const CSRF_HEADER = 'x-weir-csrf';

/** The paths that can be read without a part of the path to fill in. */
type Readable = {
  [Path in keyof paths]: Path extends `${string}{${string}`
    ? never
    : paths[Path] extends { get: { responses: { 200: { content: { 'application/json': unknown } } } } }
      ? Path
      : never;
}[keyof paths];

type Get<Path extends Readable> = paths[Path] extends { get: infer Operation } ? Operation : never;

type Query<Path extends Readable> =
  Get<Path> extends { parameters: { query?: infer Names } } ? NonNullable<Names> : never;

type Data<Path extends Readable> =
  Get<Path> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never;

/** What a call came to. `words` says in a sentence why there is no data, `fields` what is wrong with which part of what was sent. */
export type Answer<T> =
  | { readonly data: T; readonly date: Date | null }
  | {
      readonly data: null;
      readonly status: number | null;
      readonly words: string;
      readonly fields?: Readonly<Record<string, string>>;
      /** What is wrong with a configuration, by line. */
      readonly faults?: readonly ConfigFault[];
    };

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The management API, with the types of its description. */
export interface ApiClient {
  get<Path extends Readable>(path: Path, query?: Query<Path>): Promise<Answer<Data<Path>>>;
  /** What a path with filled-in parts answers; `T` is what the description says that it is. */
  read<T>(path: string): Promise<Answer<T>>;
  /**
   * A change; `T` is what the description says that the route answers. With `etag` it is made to that state alone, and refused
   * (412) when another has come meanwhile.
   */
  send<T>(method: Method, path: string, body?: unknown, etag?: string): Promise<Answer<T>>;
}

/**
 * Calls the management API. Every call carries the headers that `who` gives at that moment, and the session's cookie where there
 * is one; `refused` hears of it, with those headers, when the server no longer takes them. No call throws: a server that is away
 * is an answer too.
 */
export function createApi(
  who: () => Readonly<Record<string, string>> | null,
  refused: (who: Readonly<Record<string, string>>) => void,
): ApiClient {
  async function call<T>(method: string, path: string, body?: unknown, etag?: string): Promise<Answer<T>> {
    const own = who();
    let answer: Response;
    try {
      answer = await fetch(path, {
        method,
        headers: {
          ...own,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(etag === undefined ? {} : { 'if-match': etag }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        cache: 'no-store',
      });
      if (answer.ok)
        return {
          data: (answer.status === 204 ? {} : await answer.json()) as T,
          date: dateOf(answer),
        };
    } catch {
      return { data: null, status: null, words: 'The server cannot be reached.' };
    }
    if (answer.status === 401 && own !== null) refused(own);
    const problem = (await answer.json().catch(() => null)) as Problem | null;
    return {
      data: null,
      status: answer.status,
      words: problem?.detail ?? problem?.title ?? `The server answered ${answer.status}.`,
      ...(problem?.errors && { fields: problem.errors }),
      ...(problem?.faults && { faults: problem.faults }),
    };
  }

  return {
    get: (path, query) => call('GET', address(path, query)),
    read: (path) => call('GET', path),
    send: (method, path, body, etag) =>
      call(method, path, method === 'DELETE' ? undefined : (body ?? {}), etag),
  };
}

function address(path: string, query: object | undefined): string {
  return query ? `${path}?${new URLSearchParams(query as Record<string, string>)}` : path;
}

function dateOf(answer: Response): Date | null {
  const date = answer.headers.get('date');
  return date === null ? null : new Date(date);
}
