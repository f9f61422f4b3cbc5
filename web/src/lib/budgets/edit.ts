import type { ApiClient, Budget, BudgetEdit, RuleChange } from '../api/client';
import type { Action } from './words';

/** What the form asks; everything as it is typed. */
export interface Draft {
  readonly name: string;
  readonly limitUsd: string;
  /** Of the calendar, or `own` for a span. */
  readonly window: 'hour' | 'day' | 'week' | 'month' | 'own';
  readonly span: string;
  readonly timeZone: string;
  /** The part of the scope; empty for everything. */
  readonly part: string;
  readonly value: string;
  readonly onExceed: Action;
  readonly downgradeTo: string;
  readonly warnAt: string;
  readonly counts: 'billed' | 'list';
  readonly comment: string;
}

const CALENDAR = ['hour', 'day', 'week', 'month'];

/** What a new budget is proposed to be. */
export function emptyDraft(timeZone: string): Draft {
  return {
    name: '',
    limitUsd: '',
    window: 'month',
    span: '24h',
    timeZone,
    part: '',
    value: '',
    onExceed: 'block',
    downgradeTo: '',
    warnAt: '80',
    counts: 'billed',
    comment: '',
  };
}

/** Whether the form can say everything that a budget's scope and stages say; what it cannot, it leaves as it is. */
export function saysAll(budget: Budget): { readonly scope: boolean; readonly stages: boolean } {
  const before = budget.stages.filter(({ percent }) => percent < 100);
  return {
    scope: Object.keys(budget.scope).length <= 1,
    stages: before.length === 0 || (before.length === 1 && before[0]!.action === 'warn'),
  };
}

/** A budget as the form shows it. */
export function draftOf(budget: Budget): Draft {
  const isCalendar = CALENDAR.includes(budget.window);
  const whole = budget.stages.find(({ percent }) => percent === 100);
  const warn = budget.stages.find(({ percent, action }) => percent < 100 && action === 'warn');
  const [part, value] = Object.entries(budget.scope)[0] ?? ['', ''];
  return {
    name: budget.name,
    limitUsd: budget.limitUsd,
    window: isCalendar ? (budget.window as Draft['window']) : 'own',
    span: isCalendar ? '24h' : budget.window,
    timeZone: budget.timeZone ?? 'UTC',
    part,
    value,
    onExceed: (whole?.action ?? 'block') as Action,
    downgradeTo: whole?.model ?? '',
    warnAt: String(warn?.percent ?? 0),
    counts: budget.counts as Draft['counts'],
    comment: '',
  };
}

/** What is sent: of a new budget everything, of a change what differs from `before`. */
export function editOf(draft: Draft, before: Draft | null): BudgetEdit {
  const differs = (...names: (keyof Draft)[]) =>
    before === null || names.some((name) => draft[name].trim() !== before[name].trim());
  const edit: BudgetEdit = {};
  const comment = draft.comment.trim();
  if (before === null) edit.name = draft.name.trim();
  if (differs('limitUsd')) edit.limitUsd = draft.limitUsd.trim();
  if (differs('window', 'span')) edit.window = draft.window === 'own' ? draft.span.trim() : draft.window;
  // A span has no midnight.
  if (draft.window !== 'own' && differs('timeZone', 'window')) edit.timeZone = draft.timeZone.trim();
  if (draft.window === 'own' && before !== null && before.window !== 'own') edit.timeZone = '';
  if (differs('part', 'value')) edit.scope = draft.part === '' ? {} : { [draft.part]: draft.value.trim() };
  if (differs('onExceed')) edit.onExceed = draft.onExceed;
  if (differs('onExceed', 'downgradeTo') && (draft.onExceed === 'downgrade' || before?.downgradeTo))
    edit.downgradeTo = draft.onExceed === 'downgrade' ? draft.downgradeTo.trim() : '';
  if (differs('warnAt')) {
    const at = Number(draft.warnAt);
    edit.stages = at > 0 ? [{ at, do: 'warn' }] : [];
  }
  if (differs('counts')) edit.counts = draft.counts;
  if (comment !== '') edit.comment = comment;
  return edit;
}

/** Puts the configuration back to what it was before a change, if nothing has come since. */
export function undo(api: ApiClient, { version, etag, name }: RuleChange) {
  return api.send<object>(
    'POST',
    '/api/v1/config/rollback',
    {
      version: version! - 1,
      comment: `undo: ${name}`,
    },
    etag,
  );
}
