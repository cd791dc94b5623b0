/**
 * What the browser's statistics say of the media connection (W3C webrtc-stats), as a help desk asks for it. Rates and
 * losses are of the time between two looks; null: nothing is known of it yet.
 */

export type Way = 'udp' | 'tcp' | 'relayUdp' | 'relayTcp' | 'relayTls' | 'none';
export type Limit = 'none' | 'cpu' | 'bandwidth' | 'other';
export type CodecName = 'opus' | 'VP8' | 'VP9' | 'H264' | 'AV1' | 'other' | 'none';

export interface Facts {
  readonly way: Way;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  /** 0 … 1. */
  readonly lossDown: number | null;
  readonly lossUp: number | null;
  readonly sendKbps: number | null;
  readonly receiveKbps: number | null;
  readonly availableKbps: number | null;
  readonly audioCodec: CodecName;
  readonly videoCodec: CodecName;
  readonly sentWidth: number | null;
  readonly sentHeight: number | null;
  readonly sentFps: number | null;
  readonly limitedBy: Limit;
}

/** What of a look the next one is compared with. */
export interface Count {
  readonly atMs: number;
  readonly sent: number;
  readonly came: number;
  readonly packets: number;
  readonly lost: number;
}

type Row = Readonly<Record<string, unknown>>;

const number = (row: Row | undefined, name: string): number | null => {
  const value = row?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

const sum = (rows: readonly Row[], name: string): number => rows.reduce((total, row) => total + (number(row, name) ?? 0), 0);
const rounded = (value: number | null, factor = 1): number | null => (value === null ? null : Math.max(0, Math.round(value * factor)));
const ratio = (value: number | null): number | null => (value === null ? null : Math.round(Math.min(Math.max(value, 0), 1) * 1000) / 1000);

const CODECS: readonly CodecName[] = ['opus', 'VP8', 'VP9', 'H264', 'AV1'];

export function readFacts(report: Iterable<Row>, atMs: number, before: Count | null): { readonly facts: Facts; readonly count: Count } {
  const rows = [...report];
  const byId = new Map(rows.map((row) => [row['id'], row]));
  const of = (type: string, kind?: string): readonly Row[] => rows.filter((row) => row['type'] === type && (kind === undefined || row['kind'] === kind));
  const transport = of('transport')[0];
  const selected = byId.get(transport?.['selectedCandidatePairId']);
  // Firefox marks the pair itself.
  const pair = selected ?? of('candidate-pair').find((row) => row['nominated'] === true && row['state'] === 'succeeded');
  const heard = of('inbound-rtp', 'audio');
  const remote = of('remote-inbound-rtp', 'audio');
  const picture = [...of('outbound-rtp', 'video')]
    .filter((row) => row['active'] !== false)
    .sort((a, b) => (number(b, 'frameWidth') ?? 0) - (number(a, 'frameWidth') ?? 0))[0];
  const codecOf = (row: Row | undefined): CodecName => {
    if (row === undefined) return 'none';
    const name = String(byId.get(row['codecId'])?.['mimeType'] ?? '').split('/')[1] ?? '';
    return CODECS.find((codec) => codec.toLowerCase() === name.toLowerCase()) ?? 'other';
  };
  const count: Count = {
    atMs,
    sent: number(pair, 'bytesSent') ?? number(transport, 'bytesSent') ?? 0,
    came: number(pair, 'bytesReceived') ?? number(transport, 'bytesReceived') ?? 0,
    packets: sum(heard, 'packetsReceived'),
    lost: sum(heard, 'packetsLost'),
  };
  // Another connection counts from zero again.
  const since = before !== null && count.came >= before.came && count.sent >= before.sent ? before : null;
  const seconds = since === null ? 0 : (atMs - since.atMs) / 1000;
  const rate = (now: number, then: number): number | null => (seconds <= 0 ? null : rounded((now - then) * 8, 1 / 1000 / seconds));
  const packets = count.packets - (since?.packets ?? 0);
  const lost = Math.max(0, count.lost - (since?.lost ?? 0));
  const limit = picture?.['qualityLimitationReason'];
  return {
    count,
    facts: {
      way: wayOf(pair, byId.get(pair?.['localCandidateId'])),
      roundTripMs: rounded(number(pair, 'currentRoundTripTime'), 1000),
      jitterMs: heard.length === 0 ? null : rounded(Math.max(...heard.map((row) => number(row, 'jitter') ?? 0)), 1000),
      lossDown: packets + lost === 0 ? null : ratio(lost / (packets + lost)),
      lossUp: remote.length === 0 ? null : ratio(Math.max(...remote.map((row) => number(row, 'fractionLost') ?? 0))),
      sendKbps: since === null ? null : rate(count.sent, since.sent),
      receiveKbps: since === null ? null : rate(count.came, since.came),
      availableKbps: rounded(number(pair, 'availableOutgoingBitrate'), 1 / 1000),
      audioCodec: codecOf(of('outbound-rtp', 'audio')[0]),
      videoCodec: codecOf(picture),
      sentWidth: number(picture, 'frameWidth'),
      sentHeight: number(picture, 'frameHeight'),
      sentFps: rounded(number(picture, 'framesPerSecond')),
      limitedBy: limit === 'cpu' || limit === 'bandwidth' || limit === 'other' ? limit : 'none',
    },
  };
}

function wayOf(pair: Row | undefined, local: Row | undefined): Way {
  if (pair === undefined || local === undefined) return 'none';
  if (local['candidateType'] !== 'relay') return local['protocol'] === 'tcp' ? 'tcp' : 'udp';
  const to = local['relayProtocol'];
  return to === 'tls' ? 'relayTls' : to === 'tcp' ? 'relayTcp' : 'relayUdp';
}
