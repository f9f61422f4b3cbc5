import { describe, expect, it } from 'vitest';
import { forecastWords, learnedWords, limitName, usedWords } from './words';

const learned = {
  kind: 'estimate',
  medianUsd: '41.5',
  lowUsd: '38',
  highUsd: '45.25',
  atLeastUsd: '37',
  evidence: '',
  limitsMet: 3,
  unlimited: 20,
  readings: 0,
  since: null,
  changedAt: null,
};

describe('a limit in words', () => {
  it.each([
    ['five_hour', null, 'claude-code · 5 hours'],
    ['seven_day_opus', null, 'claude-code · 7 days · opus'],
    ['seven_day', 'sonnet', 'claude-code · 7 days · sonnet'],
    ['requests_per_minute', null, 'claude-code · requests per minute'],
  ])('%s of %s is %s', (scope, modelClass, words) =>
    expect(limitName({ client: 'claude-code', scope, modelClass })).toBe(words),
  );

  it('says who says how much is used', () => {
    expect(usedWords({ usedPercent: 42.4, estimated: false })).toBe('42% used, as the provider said');
    expect(usedWords({ usedPercent: 0.4, estimated: true })).toBe('about <1% used, estimated');
    expect(usedWords({ usedPercent: null, estimated: false })).toBe('how much is used is not known');
  });

  it('tells an estimate from a bound, and both from nothing', () => {
    expect(learnedWords({ learned })).toBe('Learned limit: $41.50; 90 % between $38.00 and $45.25');
    expect(learnedWords({ learned: { ...learned, kind: 'lowerBound' } })).toBe(
      'Never met so far: at least $37.00 goes through',
    );
    expect(learnedWords({ learned: { ...learned, kind: 'nothing', atLeastUsd: null } })).toBe(
      'Nothing is learned yet',
    );
    expect(learnedWords({ learned: null })).toBe('Nothing is learned yet');
  });

  it('tells when it is met, or how sure it is that it is not', () => {
    const now = new Date('2026-11-23T10:00:00Z');
    const time = { earliest: null, median: null, latest: null };
    expect(forecastWords({ timeToLimit: { ...time, notBeforeReset: 0.93 } }, now)).toBe(
      'With a probability of 93% it is not met before it begins anew',
    );
    expect(
      forecastWords(
        {
          timeToLimit: {
            notBeforeReset: 0.01,
            earliest: '2026-11-23T10:30:00Z',
            median: '2026-11-23T11:00:00Z',
            latest: '2026-11-23T12:00:00Z',
          },
        },
        now,
      ),
    ).toMatch(/^If work goes on so it is met around .+, between .+ and .+$/);
    expect(forecastWords({ timeToLimit: null }, now)).toBeNull();
  });
});
