import { describe, expect, it } from 'vitest';
import { binding, joined, participant } from '../testing/builders.js';
import type { Happening } from './state.js';
import { LiveConference } from './live.js';

function build(): { live: LiveConference; told: string[]; happened: Happening[] } {
  const told: string[] = [];
  const happened: Happening[] = [];
  const live = new LiveConference({
    onChange: () => told.push('change'),
    onSettled: () => told.push('settled'),
    onHappening: (happening) => happened.push(happening),
  });
  live.onJoined(joined({ participants: [participant(1), participant(2), participant(3)] }));
  told.length = 0;
  return { live, told, happened };
}

describe('LiveConference', () => {
  it('gives levels to the voices and changes nothing that is rendered', () => {
    const { live, told } = build();
    const voice = live.voices.of('p2');
    live.onEvent({ type: 'speakers', speakers: [{ participantId: 'p2', level: 0.5 }] });
    expect(voice.level).toBe(0.5);
    expect(live.dominantSpeaker).toBe('p2');
    told.length = 0;
    live.onEvent({ type: 'speakers', speakers: [{ participantId: 'p2', level: 0.8 }] });
    live.onEvent({ type: 'speakers', speakers: [] });
    expect(voice.level).toBe(0);
    expect(told).toEqual([]);
  });

  it('tells when pictures belong to others, and not for anything less', () => {
    const { live, told } = build();
    live.onEvent({ type: 'connectionQuality', participants: [{ participantId: 'p2', quality: 'weak' }] });
    expect(told).toEqual(['change']);
    live.onEvent({ type: 'bindings', bindings: [binding(0, 2)] });
    expect(told).toEqual(['change', 'settled', 'change']);
    expect(live.videoSources).toEqual(new Map([[0, 22]]));
  });

  it('forgets who has left: his voice, and his word', () => {
    const { live, happened } = build();
    const voice = live.voices.of('p2');
    live.onEvent({ type: 'speakers', speakers: [{ participantId: 'p2', level: 0.5 }] });
    live.onEvent({ type: 'participantLeft', sequence: 6, participantId: 'p2', reason: 'left' });
    expect(happened.map(({ code }) => code)).toEqual(['participantLeft']);
    expect([voice.level, live.dominantSpeaker]).toEqual([0, null]);
  });

  it('has nothing to resume before a snapshot', () => {
    const { live } = build();
    live.clear();
    const resumed = { type: 'resumed' as const, missed: [], documents: [], bindings: [], sequence: 9 };
    expect(live.onResumed(resumed as never)).toBe(false);
    expect(live.sequence).toBe(0);
  });
});
