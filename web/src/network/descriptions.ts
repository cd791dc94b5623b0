/** The server's answers, narrowed to one way through the network. Pure. */

/** What of the answer's candidates is left: the relay's own address by this transport. */
export function only(transport: 'udp' | 'tcp', sdp: string): string {
  return sdp
    .split('\r\n')
    .filter((line) => !line.startsWith('a=candidate:') || line.split(' ')[2]?.toLowerCase() === transport)
    .join('\r\n');
}

export function hasCandidate(sdp: string): boolean {
  return sdp.includes('a=candidate:');
}

/**
 * The browser is to wait for the server's handshake, which never comes (RFC 8842 §5.3): ICE alone says whether the way is
 * open, and a handshake costs the server as much as a person who joins.
 */
export function withoutHandshake(sdp: string): string {
  return sdp.replaceAll('a=setup:passive', 'a=setup:active');
}

/** The picture begins as slowly as browsers do by themselves: what floods a narrow way makes it look narrower for seconds. */
export function withoutHaste(sdp: string): string {
  return sdp.replaceAll(/a=fmtp:\d+ x-google-start-bitrate=\d+\r\n/g, '').replaceAll(/;x-google-start-bitrate=\d+/g, '');
}

/**
 * The offer as a browser would make it that tells nothing of what arrives: so the relay sends all back at once, where it
 * would else feel its way for seconds. What is too much for the way down is lost there, and that is what is measured. Only
 * for pictures that come; what is sent keeps its own control.
 */
export function withoutFeedback(sdp: string): string {
  const sections = sdp.split(/(?=^m=)/m);
  const isTold = /^a=(?:rtcp-fb:\S+ (?:transport-cc|goog-remb)|extmap:\S+ \S*transport-wide-cc-extensions\S*)\r?$/;
  return sections
    .map((section) => {
      if (!section.startsWith('m=video') || !/^a=recvonly\r?$/m.test(section)) return section;
      return section.split('\n').filter((line) => !isTold.test(line)).join('\n');
    })
    .join('');
}

export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string | null;
  readonly credential: string | null;
}

/** Those addresses of TURN servers that are reached by this way: `turns:` is TLS, whatever its transport. */
export function turnBy(way: 'udp' | 'tcp' | 'tls', servers: readonly IceServer[]): RTCIceServer[] {
  const wayOf = (url: string): string => (url.startsWith('turns:') ? 'tls' : /[?&]transport=tcp\b/.test(url) ? 'tcp' : 'udp');
  return servers.flatMap(({ urls, username, credential }) => {
    const chosen = urls.filter((url) => /^turns?:/.test(url) && wayOf(url) === way);
    return chosen.length === 0 ? [] : [{ urls: chosen, username: username ?? '', credential: credential ?? '' }];
  });
}
