import { describe, expect, it } from 'vitest';
import { highest, toCsv, walk, type Plot } from './plot';

const series = (name: string, values: (number | null)[], role?: 'before') => ({
  key: name,
  name,
  values,
  words: (at: number) => `$${values[at]}`,
  raw: (at: number) => String(values[at] ?? ''),
  ...(role ? { role } : {}),
});

const plot: Plot = {
  kind: 'line',
  title: 'Cost',
  axis: 'Day',
  labels: ['1', '2', '3'],
  places: ['1 May', '2 May', '3 May'],
  series: [series('a', [1, null, 3]), series('=b, "c"', [0, 7, 2]), series('then', [99, 99, 99], 'before')],
  format: String,
};

describe('a plot', () => {
  it('knows its highest point, of what is now', () => {
    expect(highest(plot)).toEqual({ at: 1, series: 1 });
    expect(highest({ ...plot, series: [series('a', [0, null])] })).toBeNull();
  });

  it('is walked by keys, and its edges hold', () => {
    expect(walk(plot, null, 'ArrowRight')).toEqual({ at: 0, series: 0 });
    expect(walk(plot, null, 'ArrowLeft')).toEqual({ at: 2, series: 0 });
    expect(walk(plot, { at: 2, series: 0 }, 'ArrowRight')).toEqual({ at: 2, series: 0 });
    expect(walk(plot, { at: 1, series: 0 }, 'ArrowDown')).toEqual({ at: 1, series: 1 });
    expect(walk(plot, { at: 1, series: 0 }, 'ArrowUp')).toEqual({ at: 1, series: 0 });
    expect(walk(plot, { at: 1, series: 1 }, 'End')).toEqual({ at: 2, series: 1 });
    expect(walk(plot, { at: 1, series: 1 }, 'x')).toBeNull();
    expect(walk({ ...plot, labels: [] }, null, 'ArrowRight')).toBeNull();
  });

  it('is a file that a spreadsheet takes for no formula', () => {
    expect(toCsv(plot)).toBe(
      ['Day,a,"\'=b, ""c""",then', '1 May,1,0,99', '2 May,,7,99', '3 May,3,2,99', ''].join('\r\n'),
    );
  });
});
