/** Answers of the server's REST in the stories: one of each that a host may see. */

import type { HostRequests, MeetingDetails } from '../protocol/host-requests.js';
import type { HubRequests } from '../protocol/hub-requests.js';
import type { MessageState, RoomMessage } from '../protocol/room-messages.js';
import { drawStill } from './story-pictures.js';
import { storyNetwork } from './stories-prejoin.js';

const message = (number: number, state: MessageState): RoomMessage => ({
  reference: `sms-${String(number)}`, to: `+45 •• •• •• ${String(number * 11).slice(-2)}`, state,
});
/** One of each that a host may see. */
const SENT_SMS: readonly RoomMessage[] = (['waiting', 'sent', 'delivered', 'failed', 'uncertain', 'givenUp'] as const).map((state, index) =>
  message(index + 1, state),
);

/** `note` writes down what was asked. */
export function storyHub(note: (name: string) => Promise<void>): HubRequests {
  return {
    clips: () => note('clips').then(() => [{ clip: 'Knæ.mp4', title: 'Knæ', durationS: 90, code: null }]),
    // The number is not noted: nothing may keep it.
    sendSms: (to) => note('sendSms').then(() => (to.length < 8 ? { code: 'validation_failed' } : { messages: [message(9, 'waiting')] })),
    network: () => Promise.resolve(storyNetwork),
    expectsWeak: () => false,
    rateCall: (score, troubles) => note(`rateCall ${String(score)} ${troubles.join(' ')}`).then(() => true),
    showPicture: (jpeg) => note(jpeg === null ? 'showPicture none' : 'showPicture').then(() => true),
    waitingPictures: () => Promise.resolve(new Map([['w-Bodil Jensen', drawStill('Bodil Jensen')]])),
    sentSms: () => note('sentSms').then(() => ({ messages: SENT_SMS })),
    host: () => Promise.resolve(storyHost(note)),
  };
}

/** A QR code's look; it leads nowhere. */
const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path fill="#fff" d="M0 0h29v29H0z"/><path d="M4 4h7v7H4zm2 2v3h3V6zM18 4h7v7h-7zm2 2v3h3V6zM4 18h7v7H4zm2 2v3h3v-3zM13 5h2v3h-2zM13 11h5v2h-5zM20 13h3v4h-3zM14 16h3v3h-3zM19 20h6v2h-6zM13 22h3v3h-3z"/></svg>';

const EXPECTED: MeetingDetails['expected'] = [
  { role: 'host', name: 'Karl-Emil von Hohenberg-Christoffersen', function: 'læge', organisation: 'Region Midtjylland' },
  { role: 'guest', name: 'Bodil Jensen', function: 'borger', organisation: '' },
  { role: 'guest', name: 'Fatima Al-Sayed', function: 'tolk', organisation: 'Tolkebureauet' },
];

function storyHost(note: (name: string) => Promise<void>): HostRequests {
  const now = Date.now();
  const minutes = (count: number): number => now + count * 60_000;
  const answer = <T>(name: string, told: T): Promise<{ told: T }> => note(name).then(() => ({ told }));
  return {
    details: () =>
      answer('details', {
        isBooked: true,
        subject: 'Hjemmebesøg med sygeplejersken',
        organisation: 'Aarhus Kommune',
        helpLine: '+4587654321',
        startsAt: minutes(-20),
        endsAt: minutes(25),
        closesAt: minutes(25),
        organisedBy: 'planlaegning@aarhus.example.dk',
        expected: EXPECTED,
      }),
    devices: () =>
      answer(
        'devices',
        new Map([
          ['p-Bo', { kind: 'phone' as const, browser: 'safari' as const }],
          ['p-Bodil Jensen', { kind: 'computer' as const, browser: 'edge' as const }],
        ]),
      ),
    links: () =>
      answer('links', {
        shortUrl: 'https://video.example.dk/m/3f9a0c51d2e7',
        qr: QR,
        links: [{ id: 'a', name: 'Fatima Al-Sayed' }, { id: 'b', name: '' }],
      }),
    makeLink: (name) => answer('makeLink', { id: 'c', name, url: 'https://video.example.dk/i#nFh2Jq0ZyB8kTn6cWv4sRg', qr: QR }),
    revokeLink: () => answer('revokeLink', null),
    attendance: () =>
      answer('attendance', [
        { name: 'Inger Marie Holm', role: 'host' as const, organisation: 'Aarhus Kommune', firstSeen: minutes(-19), lastSeen: minutes(0) },
        { name: 'Bodil Jensen', role: 'guest' as const, organisation: '', firstSeen: minutes(-12), lastSeen: minutes(-3) },
      ]),
    attendanceFile: () => answer('attendanceFile', new Blob(['Navn;Rolle'])),
    sendDiagnosis: () => answer('sendDiagnosis', { code: 'K7PX' }),
  };
}

/** As Chromium tells of a call on a fair connection. */
export function storyStats(): RTCStatsReport {
  const rows: Readonly<Record<string, unknown>>[] = [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P', bytesSent: 9_000_000, bytesReceived: 21_000_000 },
    { id: 'P', type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: 'L', currentRoundTripTime: 0.031, availableOutgoingBitrate: 2_400_000 },
    { id: 'L', type: 'local-candidate', candidateType: 'host', protocol: 'udp' },
    { id: 'A', type: 'inbound-rtp', kind: 'audio', packetsReceived: 9800, packetsLost: 12, jitter: 0.004, codecId: 'C1' },
    { id: 'R', type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.01 },
    { id: 'V', type: 'outbound-rtp', kind: 'video', active: true, frameWidth: 1280, frameHeight: 720, framesPerSecond: 24, qualityLimitationReason: 'none', codecId: 'C2' },
    { id: 'O', type: 'outbound-rtp', kind: 'audio', codecId: 'C1' },
    { id: 'C1', type: 'codec', mimeType: 'audio/opus' },
    { id: 'C2', type: 'codec', mimeType: 'video/VP8' },
  ];
  return new Map(rows.map((row) => [row['id'], row])) as unknown as RTCStatsReport;
}
