import { describe, expect, it } from 'vitest';
import { rememberReturn, returnFrom } from './return.js';

function shelf(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as Storage;
}

describe('after the call', () => {
  const over = (code: 'left' | 'ended' | 'removed' | 'replaced' | 'lost', note = '') => ({ phase: 'ended' as const, ended: { code, canRejoin: false, note } });

  it('goes where the server has allowed, for this room only', () => {
    const kept = shelf();
    rememberReturn(kept, 'r', 'https://p.example/tak');
    expect(returnFrom(kept, 'r', over('left'))).toBe('https://p.example/tak');
    expect(returnFrom(kept, 'r', over('ended'))).toBe('https://p.example/tak');
    expect(returnFrom(kept, 'other', over('left'))).toBe('');
    expect(returnFrom(null, 'r', over('left'))).toBe('');
    rememberReturn(kept, 'r', 'javascript:alert(1)');
    expect(returnFrom(kept, 'r', over('left'))).toBe('');
  });

  it('stays where somebody has to read why, or goes on', () => {
    const kept = shelf();
    rememberReturn(kept, 'r', 'https://p.example/tak');
    for (const code of ['removed', 'replaced', 'lost'] as const) expect(returnFrom(kept, 'r', over(code))).toBe('');
    expect(returnFrom(kept, 'r', over('ended', 'Vi ses i morgen'))).toBe('');
    expect(returnFrom(kept, 'r', { phase: 'inCall', ended: null })).toBe('');
  });
});
