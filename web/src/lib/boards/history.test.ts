import { describe, expect, it } from 'vitest';
import { begun, redone, stepped, undone } from './history';

describe('a history', () => {
  it('goes back and forth, and a new step ends what was undone', () => {
    const three = stepped(stepped(begun(1), 2), 3);
    expect(undone(three).now).toBe(2);
    expect(undone(undone(undone(three))).now).toBe(1);
    expect(redone(undone(undone(three))).now).toBe(2);
    expect(redone(redone(redone(undone(three)))).now).toBe(3);
    const other = stepped(undone(three), 9);
    expect(redone(other)).toBe(other);
    expect(undone(other).now).toBe(2);
  });

  it('takes the same state for no step, and holds a hundred', () => {
    const one = begun({ a: 1 });
    expect(stepped(one, { a: 1 })).toBe(one);
    let many = begun(0);
    for (let i = 1; i <= 150; i++) many = stepped(many, i);
    for (let i = 0; i < 200; i++) many = undone(many);
    expect(many.now).toBe(50);
  });
});
