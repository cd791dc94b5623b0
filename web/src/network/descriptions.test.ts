import { expect, test } from 'vitest';
import { hasCandidate, only, turnBy, withoutFeedback, withoutHandshake, withoutHaste } from './descriptions.js';
import { decodeEcho } from './echo-requests.js';

const ANSWER = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=candidate:1 1 udp 2130706431 10.0.0.1 3479 typ host',
  'a=candidate:2 1 tcp 1518280447 10.0.0.1 3479 typ host tcptype passive',
  'a=setup:passive',
  '',
].join('\r\n');

test('answer is narrowed to one transport and keeps everything else', () => {
  expect(only('udp', ANSWER)).not.toContain(' tcp ');
  expect(only('udp', ANSWER)).toContain(' udp ');
  expect(only('tcp', ANSWER).split('\r\n')).toHaveLength(4);
  expect(hasCandidate(only('tcp', only('udp', ANSWER)))).toBe(false);
  expect(only('udp', ANSWER)).toContain('a=setup:passive');
});

test('trial waits for a handshake that never comes', () => {
  expect(withoutHandshake(ANSWER)).toContain('a=setup:active');
});

test('picture begins slowly', () => {
  expect(withoutHaste('a=fmtp:102 profile=1;x-google-start-bitrate=2500\r\na=fmtp:96 x-google-start-bitrate=2500\r\n')).toBe('a=fmtp:102 profile=1\r\n');
});

test('TURN server is used by its addresses of one way', () => {
  const servers = [{
    urls: ['turn:t.example:3478?transport=udp', 'turn:t.example:3478', 'turn:t.example:3478?transport=tcp', 'turns:t.example:443?transport=tcp', 'stun:t.example'],
    username: 'u', credential: 'c',
  }];
  const of = (way: 'udp' | 'tcp' | 'tls'): unknown => turnBy(way, servers)[0]?.urls;
  expect(of('udp')).toEqual(['turn:t.example:3478?transport=udp', 'turn:t.example:3478']);
  expect(of('tcp')).toEqual(['turn:t.example:3478?transport=tcp']);
  expect(of('tls')).toEqual(['turns:t.example:443?transport=tcp']);
  expect(turnBy('tls', [])).toEqual([]);
});

test('echo without an answer for each offer is no echo', () => {
  expect(decodeEcho({ answers: [{ sdp: 'a' }], iceServers: [{ urls: ['turn:x'], username: 'u', credential: 'c' }] }, 1)).toEqual({
    answers: ['a'], iceServers: [{ urls: ['turn:x'], username: 'u', credential: 'c' }],
  });
  for (const body of [null, 'x', {}, { answers: [{ sdp: 1 }] }, { answers: [] }]) expect(decodeEcho(body, 1)).toBe('refused');
  expect(decodeEcho({ answers: [{ sdp: 'a' }], iceServers: [7, { urls: 'turn:x' }] }, 1)).toEqual({ answers: ['a'], iceServers: [] });
});

test('offer tells nothing of pictures that arrive, and all else as it was', () => {
  const feedback = 'a=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:96 nack\r\na=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n';
  const section = (media: string, direction: string): string => `m=${media} 9 UDP/TLS/RTP/SAVPF 96\r\na=${direction}\r\n${feedback}`;
  const before = `v=0\r\n${section('video', 'sendonly')}${section('audio', 'recvonly')}`;
  expect(withoutFeedback(before + section('video', 'recvonly'))).toBe(`${before}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\na=rtcp-fb:96 nack\r\n`);
});
