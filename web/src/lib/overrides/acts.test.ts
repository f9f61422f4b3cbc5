import { describe, expect, test } from 'vitest';
import { overridePath, targetName, targetsOf } from './acts';

describe('quick actions', () => {
  test('name a target as people write it', () => {
    expect(targetName({ provider: 'anthropic', model: null })).toBe('anthropic');
    expect(targetName({ provider: 'openrouter', model: 'anthropic/claude-sonnet-5' })).toBe(
      'openrouter/anthropic/claude-sonnet-5',
    );
  });

  test('go where names of any kind lead', () => {
    expect(overridePath('spending-stopped', '')).toBe('/api/v1/overrides/spending');
    expect(overridePath('provider-off', 'a b')).toBe('/api/v1/overrides/providers/a%20b');
    expect(overridePath('route-moved', 'all/else')).toBe('/api/v1/overrides/routes/all%2Felse');
  });

  test('offer a route its own targets first, and every provider once without a model', () => {
    const route = {
      name: 'coding',
      model: 'claude-*',
      strategy: 'fallback',
      moved: false,
      targets: [
        { provider: 'anthropic', model: null, weight: 1, off: false },
        { provider: 'openrouter', model: 'anthropic/claude', weight: 1, off: false },
      ],
    };
    expect(targetsOf(route, ['anthropic', 'openrouter', 'bedrock']).map(targetName)).toEqual([
      'anthropic',
      'openrouter/anthropic/claude',
      'openrouter',
      'bedrock',
    ]);
  });
});
