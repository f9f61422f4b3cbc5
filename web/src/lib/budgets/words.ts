import * as m from '$messages';
import type { RateLimit } from '../api/client';
import { dimensionName } from '../scope/words';

const WINDOWS: Readonly<Record<string, () => string>> = {
  hour: m.budgets_window_hour,
  day: m.budgets_window_day,
  week: m.budgets_window_week,
  month: m.budgets_window_month,
};

/** What becomes of a request, by the API's word. */
export const ACTIONS = ['block', 'approve', 'downgrade', 'throttle', 'warn'] as const;
export type Action = (typeof ACTIONS)[number];

const ACTION_NAMES: Readonly<Record<Action, () => string>> = {
  block: m.budgets_action_block,
  approve: m.budgets_action_approve,
  downgrade: m.budgets_action_downgrade,
  throttle: m.budgets_action_throttle,
  warn: m.budgets_action_warn,
};

/** A window: one of the calendar, or a span that slides. */
export function windowName(window: string): string {
  return WINDOWS[window]?.() ?? m.budgets_window_span({ span: window });
}

const MEASURES: Readonly<Record<string, () => string>> = {
  requests: m.metric_requests,
  tokens: m.metric_tokens,
  input_tokens: m.metric_input,
  output_tokens: m.metric_output,
  concurrent: m.budgets_measure_concurrent,
};

/** What is done; a word that the page does not know yet stands as it is. */
export function actionName(action: string): string {
  return ACTION_NAMES[action as Action]?.() ?? action;
}

function partName(part: string): string {
  if (part === 'workspace') return m.account_workspace();
  return part === 'organisation' ? m.budgets_organisation() : dimensionName(part);
}

/** Whose requests: `Team core, Key ci-*`. A counter's own values take the place of the `*` that they are of. */
export function scopeName(
  scope: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): string {
  const parts = Object.entries({ ...scope, ...own });
  return parts.length === 0
    ? m.budgets_everything()
    : parts.map(([part, value]) => `${partName(part)} ${value}`).join(', ');
}

/** What a limit bounds: `Tokens in 1m`. */
export function measureName({ measure, window }: Pick<RateLimit, 'measure' | 'window'>): string {
  const name = MEASURES[measure]?.() ?? measure;
  return window === null ? name : m.budgets_measure_in({ measure: name, window });
}
