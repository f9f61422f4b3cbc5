// What clocks show, by the tables of time zones that node brings along. Reads one question a line, writes one answer a line:
// {"zone", "times": [ms]} -> [local ms]; {"zone", "dates": ["2011-12-30"]} -> [the first ms at which the clock shows it or later].
import { createInterface } from 'node:readline';

function clock(zone) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  return (ms) => {
    const p = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second);
  };
}

function firstAt(local, wanted) {
  const step = 30 * 60_000;
  let at = wanted - 28 * 3_600_000;
  while (local(at + step) < wanted) at += step;
  let end = at + step;
  while (end - at > 1000) {
    const middle = at + Math.floor((end - at) / 2000) * 1000;
    if (local(middle) < wanted) at = middle; else end = middle;
  }
  return end;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { zone, times, dates } = JSON.parse(line);
  const local = clock(zone);
  const answer = times
    ? times.map((ms) => local(Math.floor(ms / 1000) * 1000))
    : dates.map((date) => firstAt(local, Date.parse(date + 'T00:00:00Z')));
  process.stdout.write(JSON.stringify(answer) + '\n');
}
