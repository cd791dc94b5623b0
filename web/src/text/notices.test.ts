import { describe, expect, it } from 'vitest';
import type { Notice, NoticeCode } from '../call-types.js';
import { da } from './da.js';
import { sayings } from './notices.js';

let counter = 0;
function notice(code: NoticeCode, name = '', urgency: Notice['urgency'] = 'polite'): Notice {
  counter += 1;
  return { id: counter, code, name, urgency, participantId: null };
}

describe('sayings', () => {
  it('makes one sentence of a burst', () => {
    const said = sayings(['Bodil', 'Karl', 'Ib', 'Eva'].map((name) => notice('participantJoined', name)), da);
    expect(said.map((s) => s.text)).toEqual(['Bodil, Karl og 2 andre er kommet']);
  });
  it('keeps those who came apart from those who went', () => {
    const said = sayings([notice('participantJoined', 'Bodil'), notice('participantLeft', 'Karl')], da);
    expect(said.map((s) => s.text)).toEqual(['Bodil er kommet', 'Karl er gået']);
  });
  it('says a lost connection at once, and leaves showing it to the banner', () => {
    expect(sayings([notice('connectionLost', '', 'assertive')], da)).toEqual([
      { text: da.notice.connectionLost, urgency: 'assertive', isShown: false },
    ]);
  });
  it('says it once when neither camera nor microphone starts', () => {
    const said = sayings([notice('cameraFailed', '', 'assertive'), notice('microphoneFailed', '', 'assertive')], da);
    expect(said).toEqual([{ text: da.notice.devicesFailed, urgency: 'assertive', isShown: true }]);
  });
  it('says the last of a button pressed twice', () => {
    const said = sayings([notice('microphoneOff'), notice('microphoneOff')], da);
    expect(said).toHaveLength(1);
  });
});
