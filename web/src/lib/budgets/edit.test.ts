import { describe, expect, it } from 'vitest';
import type { Budget } from '../api/client';
import { draftOf, editOf, emptyDraft, saysAll } from './edit';

const BUDGET: Budget = {
  name: 'team',
  document: 'workspace',
  scope: { team: 'core' },
  limitUsd: '500',
  window: 'month',
  timeZone: 'Europe/Berlin',
  estimate: 'worst',
  counts: 'billed',
  stages: [
    { percent: 80, action: 'warn', model: null, delaySeconds: null },
    { percent: 100, action: 'downgrade', model: 'claude-haiku-4-5', delaySeconds: null },
  ],
  counters: [],
};

describe('the form of a budget', () => {
  it('sends everything of a new one', () => {
    const draft = { ...emptyDraft('Asia/Tokyo'), name: ' night ', limitUsd: '5', part: 'key', value: 'ci-*' };
    expect(editOf(draft, null)).toEqual({
      name: 'night',
      limitUsd: '5',
      window: 'month',
      timeZone: 'Asia/Tokyo',
      scope: { key: 'ci-*' },
      onExceed: 'block',
      stages: [{ at: 80, do: 'warn' }],
      counts: 'billed',
    });
  });

  it('sends nothing of one that stayed, and its reason alone', () => {
    const draft = draftOf(BUDGET);
    expect(editOf(draft, draft)).toEqual({});
    expect(editOf({ ...draft, comment: 'more people' }, draft)).toEqual({ comment: 'more people' });
  });

  it.each([
    [{ limitUsd: '800' }, { limitUsd: '800' }],
    [
      { window: 'own', span: '24h' },
      { window: '24h', timeZone: '' },
    ],
    [{ window: 'day' }, { window: 'day', timeZone: 'Europe/Berlin' }],
    [{ part: '', value: '' }, { scope: {} }],
    [{ onExceed: 'block' }, { onExceed: 'block', downgradeTo: '' }],
    [{ downgradeTo: 'gpt-5.4-mini' }, { downgradeTo: 'gpt-5.4-mini' }],
    [{ warnAt: '0' }, { stages: [] }],
    [{ warnAt: '90' }, { stages: [{ at: 90, do: 'warn' }] }],
    [{ counts: 'list' }, { counts: 'list' }],
  ])('sends what was changed: %j', (change, edit) => {
    const before = draftOf(BUDGET);
    expect(editOf({ ...before, ...(change as object) }, before)).toEqual(edit);
  });

  it('knows what it cannot say', () => {
    expect(saysAll(BUDGET)).toEqual({ scope: true, stages: true });
    expect(saysAll({ ...BUDGET, scope: { team: 'core', model: 'x' } }).scope).toBe(false);
    expect(
      saysAll({ ...BUDGET, stages: [{ percent: 50, action: 'throttle', model: null, delaySeconds: 2 }] })
        .stages,
    ).toBe(false);
  });
});
