import * as m from '$messages';
import { formatCount, formatNumber } from '../format/numbers';
import { formatBytes } from './figures';
import { latestOf, passedOver, type System } from './system';

/** Something that is wrong now, in words. */
export interface Problem {
  readonly tone: 'warn' | 'bad';
  readonly title: string;
  readonly why: string;
}

/** Less than this share of the disk free is told. */
const LOW = 0.1;
/** From so many waiting records on the server itself calls its ledger behind. */
const BEHIND = 10_000;

/** What is wrong, the gravest first; empty when nothing is. */
export function problemsOf({ status, performance, health }: System): Problem[] {
  const { ledger, backups } = status;
  const problems: Problem[] = [];
  const tell = (tone: Problem['tone'], title: string, why: string | null | undefined) => {
    if (why) problems.push({ tone, title, why });
  };
  tell('bad', m.system_refuses(), ledger.refusesBecause);
  tell('bad', m.system_ledger_unavailable(), ledger.unavailable);
  tell('bad', m.system_ledger_failing(), ledger.writeFailure);
  tell('warn', m.system_backup_failed(), backups?.failure);
  const free = latestOf(performance, 'diskFree');
  const all = (free ?? 0) + (latestOf(performance, 'diskUsed') ?? 0);
  if (free !== null && free < LOW * all) {
    tell(
      'warn',
      m.system_disk_low(),
      m.system_disk_low_why({ free: formatBytes(free), all: formatBytes(all) }),
    );
  }
  if (ledger.pending >= BEHIND) {
    tell('warn', m.system_behind(), m.system_behind_why({ count: formatCount(ledger.pending) }));
  }
  const { heapGrowth } = performance;
  if (heapGrowth !== null) {
    tell(
      'warn',
      m.system_growth(),
      m.system_growth_why({
        amount: formatBytes(heapGrowth.bytesPerHour),
        hours: formatNumber(heapGrowth.hours, 1),
        count: formatCount(heapGrowth.collections),
      }),
    );
  }
  tell('warn', m.system_away(), passedOver(health).join(', '));
  tell('warn', m.system_replay(), ledger.replayWarning);
  return problems;
}
