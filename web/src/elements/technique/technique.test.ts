// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import { inCall } from '../../pages/fixtures.js';
import { storyHub, storyStats } from '../../pages/stories-hub.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { platformOf } from './browser.js';
import { diagnosisOf } from './diagnosis.js';
import { readFacts } from './facts.js';
import { Technique } from './technique.js';

afterEach(unmountAll);

const rows = (): Record<string, unknown>[] => [...(storyStats() as unknown as Map<string, Record<string, unknown>>).values()];

describe('facts', () => {
  it('are read from two looks: rates and losses are of the time between them', () => {
    const first = readFacts(rows(), 0, null);
    expect(first.facts).toMatchObject({ way: 'udp', roundTripMs: 31, jitterMs: 4, lossUp: 0.01, sendKbps: null, receiveKbps: null, audioCodec: 'opus', videoCodec: 'VP8', sentWidth: 1280, limitedBy: 'none', availableKbps: 2400 });
    const later = rows().map((row) => ({
      ...row,
      ...(row['type'] === 'transport' ? { bytesSent: 9_100_000, bytesReceived: 21_250_000 } : {}),
      ...(row['type'] === 'inbound-rtp' ? { packetsReceived: 9890, packetsLost: 22 } : {}),
    }));
    const { facts } = readFacts(later, 2000, first.count);
    expect(facts).toMatchObject({ sendKbps: 400, receiveKbps: 1000, lossDown: 0.1 });
    expect(readFacts(rows(), 4000, { ...first.count, came: 1e12 }).facts.receiveKbps).toBeNull();
  });

  it.each([
    [{ candidateType: 'relay', relayProtocol: 'tls' }, 'relayTls'],
    [{ candidateType: 'relay', relayProtocol: 'udp' }, 'relayUdp'],
    [{ candidateType: 'host', protocol: 'tcp' }, 'tcp'],
  ])('say the way %o', (local, way) => {
    const changed = rows().map((row) => (row['type'] === 'local-candidate' ? { id: row['id'], type: row['type'], ...local } : row));
    expect(readFacts(changed, 0, null).facts.way).toBe(way);
  });

  it('say that nothing is known where there is no connection', () => {
    expect(readFacts([], 0, null).facts).toMatchObject({ way: 'none', roundTripMs: null, lossDown: null, videoCodec: 'none' });
  });
});

describe('platformOf', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0', 0, 'edge 141 windows computer'],
    ['Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36', 5, 'samsung 26 android phone'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 5, 'safari 17 ios phone'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15', 5, 'safari 18 ios tablet'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15', 0, 'safari 18 mac computer'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox 140 linux computer'],
    ['Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36', 5, 'chrome 141 android tablet'],
    ['curl/8', 0, 'other 0 other computer'],
  ])('%s', (userAgent, touch, expected) => {
    const { browser, version, system, device } = platformOf(userAgent, touch);
    expect(`${browser} ${String(version)} ${system} ${device}`).toBe(expected);
  });
});

describe('diagnosisOf', () => {
  it('has no word of who or where', () => {
    const call = inCall(3);
    const told = JSON.stringify(diagnosisOf(readFacts(rows(), 0, null).facts, platformOf(navigator.userAgent, 0), call, 65_400));
    expect(JSON.parse(told)).toMatchObject({ inCallS: 65, cameras: 2, isCameraOn: true, media: 'connected', way: 'udp' });
    for (const secret of [call.name, 'FaceTime', 'BRIO', call.room?.id ?? '?', call.room?.organisation ?? '?']) expect(told).not.toContain(secret);
  });
});

describe('vdx-technique', () => {
  it('shows the figures and, sent, the code to say', async () => {
    const commands = { hub: storyHub(() => Promise.resolve()), getStats: () => Promise.resolve(storyStats()) } as unknown as CallCommands;
    const element = await mount(new Technique(), { call: inCall(2), commands });
    await new Promise((done) => setTimeout(done));
    await element.updateComplete;
    expect(textOf(part(element, 'dl'))).toContain('31 ms');
    expect(textOf(part(element, 'dl'))).toContain('Direkte (UDP)');
    part(element, '#send').click();
    await new Promise((done) => setTimeout(done));
    await element.updateComplete;
    expect(textOf(part(element, '[role=status]'))).toContain('Sig koden K7PX til support');
  });
});
