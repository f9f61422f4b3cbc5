import * as m from '$messages';
import type { Limit } from '../api/client';
import { formatMoney, toNano } from '../format/money';
import { formatShare } from '../format/numbers';
import { formatMoment } from '../format/time';

const SCOPES: Readonly<Record<string, () => string>> = {
  five_hour: m.limits_scope_five_hour,
  seven_day: m.limits_scope_seven_day,
};

/** A percentage of the API's as people read it. */
const percent = (value: number) => formatShare(Math.round(value * 100), 10_000);

/** What a limit holds: `claude-code · 5 hours`. */
export function limitName({
  client,
  scope,
  modelClass,
}: Pick<Limit, 'client' | 'scope' | 'modelClass'>): string {
  // `seven_day_opus` is the seven days of a class of models.
  const [known] = Object.keys(SCOPES).filter((name) => scope === name || scope.startsWith(`${name}_`));
  const own = known === undefined ? scope.replaceAll('_', ' ') : SCOPES[known]!();
  const rest = modelClass ?? (known === undefined ? '' : scope.slice(known.length + 1));
  return [client, own, rest].filter((part) => part !== '').join(' · ');
}

/** How much is used, and who says so. */
export function usedWords({ usedPercent, estimated }: Pick<Limit, 'usedPercent' | 'estimated'>): string {
  if (usedPercent === null) return m.limits_unknown();
  return (estimated ? m.limits_estimated : m.limits_told)({ percent: percent(usedPercent) });
}

/** What was learned of it. */
export function learnedWords({ learned }: Pick<Limit, 'learned'>): string {
  const amount = (usd: string | null) => formatMoney(toNano(usd));
  if (learned?.kind === 'estimate')
    return m.limits_learned({
      median: amount(learned.medianUsd),
      low: amount(learned.lowUsd),
      high: amount(learned.highUsd),
    });
  return learned?.kind === 'lowerBound' && learned.atLeastUsd !== null
    ? m.limits_at_least({ amount: amount(learned.atLeastUsd) })
    : m.limits_nothing();
}

/** When it will be met; null where that is not estimated. */
export function forecastWords({ timeToLimit }: Pick<Limit, 'timeToLimit'>, now: Date): string | null {
  if (timeToLimit === null) return null;
  const { earliest, median, latest, notBeforeReset } = timeToLimit;
  const moment = (time: string) => formatMoment(new Date(time), now);
  return median !== null && earliest !== null && latest !== null
    ? m.limits_forecast({ time: moment(median), earliest: moment(earliest), latest: moment(latest) })
    : m.limits_holds({ percent: percent(notBeforeReset * 100) });
}
