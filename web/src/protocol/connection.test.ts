import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { joined, participant, present } from '../testing/builders.js';
import { FakeWire } from '../testing/fake-wire.js';
import { Connection, type ConnectionListener, type Credentials, type Over } from './connection.js';
import type { Resumed, ServerEvent, Waiting } from './messages.gen.js';

const resumed: Resumed = {
  type: 'resumed',
  participantId: 'p1',
  sequence: 9,
  missed: [],
  documents: [], bindings: [],
  mediaAlive: true,
  iceServers: [],
  token: 'token-3',
  tokenExpiresAt: 0,
};

class Recorder implements ConnectionListener {
  readonly calls: string[] = [];
  readonly events: ServerEvent[] = [];
  over: Over | null = null;

  onJoined(): void {
    this.calls.push('joined');
  }
  onResumed(): void {
    this.calls.push('resumed');
  }
  onEvent(event: ServerEvent): void {
    this.calls.push(event.type);
    this.events.push(event);
  }
  onWaiting(waiting: Waiting): void {
    this.calls.push(`waiting ${waiting.reason}`);
  }
  onLost(): void {
    this.calls.push('lost');
  }
  onOver(over: Over): void {
    this.calls.push('over');
    this.over = over;
  }
}

function build(): { connection: Connection; wire: FakeWire; seen: Recorder; credentials: { value: Credentials } } {
  const seen = new Recorder();
  const credentials: { value: Credentials } = { value: { room: 'room1', token: 'token-1', linkToken: 'token-1', session: null, sequence: 0 } };
  let wire: FakeWire | null = null;
  const connection = new Connection(
    (listener) => (wire = new FakeWire(listener)),
    seen,
    () => credentials.value,
    () => ({ name: 'Anna', videoSlots: 9, knowsWhoSees: 'hosts' }),
    () => 0.5,
  );
  return { connection, wire: present(wire as FakeWire | null), seen, credentials };
}

function seated(): ReturnType<typeof build> {
  const all = build();
  all.connection.open();
  all.wire.seat(joined());
  all.credentials.value = { room: 'room1', token: 'token-2', linkToken: 'token-1', session: 'secret', sequence: 7 };
  return all;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('joining', () => {
  it('names protocol and token, then asks for a seat', () => {
    const { connection, wire, seen } = build();
    connection.open();
    expect(wire.hellos).toEqual([{ protocol: 1, token: 'token-1', room: 'room1' }]);
    wire.accept();
    expect(wire.sent).toEqual([{ type: 'join', name: 'Anna', videoSlots: 9, knowsWhoSees: 'hosts', resume: null }]);
    wire.answer('join', joined());
    expect(seen.calls).toEqual(['joined']);
    expect(connection.isSeated).toBe(true);
  });

  it('takes events that come in the same moment as the answer after it', () => {
    const { connection, wire, seen } = build();
    connection.open();
    wire.accept();
    wire.answer('join', joined());
    wire.events({ type: 'participantJoined', sequence: 6, participant: participant(3) });
    expect(seen.calls).toEqual(['joined', 'participantJoined']);
  });

  it('ends at once when the link has expired', () => {
    const { connection, wire, seen } = build();
    connection.open();
    wire.refuse('token_expired');
    expect(seen.over).toMatchObject({ kind: 'refused', wasSeated: false, failure: { code: 'token_expired' } });
    vi.advanceTimersByTime(60_000);
    expect(wire.hellos).toHaveLength(1);
  });

  it('ends when the room is full', () => {
    const { connection, wire, seen } = build();
    connection.open();
    wire.accept();
    wire.answer('join', { type: 'error', code: 'room_full', text: '', retryAfter: null });
    expect(seen.over).toMatchObject({ failure: { code: 'room_full' } });
  });

  it('waits as long as the server asks when too many join at once', () => {
    const { connection, wire, seen } = build();
    connection.open();
    wire.accept();
    wire.answer('join', { type: 'error', code: 'rate_limited', text: '', retryAfter: 3 });
    vi.advanceTimersByTime(2900);
    expect(wire.hellos).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(wire.hellos).toHaveLength(2);
    wire.seat(joined());
    expect(seen.calls).toEqual(['joined']);
  });

  it('gives up after 20 s without a server', () => {
    const { connection, wire, seen } = build();
    connection.open();
    for (let attempt = 0; attempt < 50 && !seen.over; attempt += 1) {
      wire.cut();
      vi.advanceTimersByTime(6000);
    }
    expect(seen.over).toMatchObject({ kind: 'refused', wasSeated: false, failure: { code: 'unreachable' } });
    expect(seen.calls).toEqual(['over']);
  });
});

describe('a cut', () => {
  it('is told once, and followed by resuming with session and sequence', () => {
    const { connection, wire, seen } = seated();
    wire.cut();
    expect(seen.calls).toEqual(['joined', 'lost']);
    expect(connection.isSeated).toBe(false);
    vi.advanceTimersByTime(200);
    expect(wire.hellos.at(-1)).toEqual({ protocol: 1, token: 'token-2', room: 'room1' });
    wire.accept();
    expect(wire.last('join')?.resume).toEqual({ session: 'secret', sequence: 7 });
    wire.answer('join', resumed);
    expect(seen.calls).toEqual(['joined', 'lost', 'resumed']);
  });

  it('of ten seconds climbs the ladder and comes back', () => {
    const { wire, seen } = seated();
    wire.cut();
    const end = Date.now() + 10_000;
    while (Date.now() < end) {
      const attempts = wire.hellos.length;
      vi.advanceTimersByTime(50);
      if (wire.hellos.length > attempts) wire.cut();
    }
    expect(wire.hellos.length).toBeGreaterThan(4);
    expect(wire.hellos.length).toBeLessThan(9);
    vi.advanceTimersByTime(5000);
    wire.accept();
    wire.answer('join', resumed);
    expect(seen.calls).toEqual(['joined', 'lost', 'resumed']);
  });

  it('ends for good when the seat is refused', () => {
    const { wire, seen } = seated();
    wire.cut();
    vi.advanceTimersByTime(200);
    wire.accept();
    wire.answer('join', { type: 'error', code: 'room_closed', text: '', retryAfter: null });
    expect(seen.over).toMatchObject({ kind: 'refused', wasSeated: true, failure: { code: 'room_closed' } });
  });

  it('of the join answer is tried again', () => {
    const { wire, seen } = seated();
    wire.cut();
    vi.advanceTimersByTime(200);
    wire.accept();
    wire.answer('join', null);
    vi.advanceTimersByTime(500);
    expect(wire.hellos).toHaveLength(3);
    expect(seen.calls).toEqual(['joined', 'lost']);
  });

  it('announced by a stopping server waits for the time it named', () => {
    const { wire } = seated();
    wire.events({ type: 'stopping', reconnectAfter: 4 });
    wire.cut();
    vi.advanceTimersByTime(3900);
    expect(wire.hellos).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(wire.hellos).toHaveLength(2);
  });

  it('ends after ten minutes', () => {
    const { wire, seen } = seated();
    wire.cut();
    for (let attempt = 0; attempt < 200 && !seen.over; attempt += 1) {
      vi.advanceTimersByTime(6000);
      wire.cut();
    }
    expect(seen.over).toMatchObject({ kind: 'refused', wasSeated: true });
  });
});

describe('a way that swallows everything', () => {
  it('is tried again soon after each attempt, however long it lasts', () => {
    const { wire } = seated();
    wire.cut();
    vi.advanceTimersByTime(200);
    for (let attempt = 3; attempt < 20; attempt += 1) {
      vi.advanceTimersByTime(5000);
      wire.cut();
      vi.advanceTimersByTime(1200);
      expect(wire.hellos).toHaveLength(attempt);
    }
  });

  it('is told from a server that refuses: there the pauses grow', () => {
    const { wire } = seated();
    for (let attempt = 2; attempt < 10; attempt += 1) {
      wire.cut();
      while (wire.hellos.length < attempt) vi.advanceTimersByTime(100);
    }
    wire.cut();
    vi.advanceTimersByTime(4900);
    expect(wire.hellos).toHaveLength(9);
  });
});

describe('a restart of the server', () => {
  const WAITING = { type: 'waiting', participantId: 'p1', session: 'waits', reason: 'admission', since: 10, notice: '', token: 't2', tokenExpiresAt: 0 } as const;
  const END: readonly ServerEvent[] = [{ type: 'stopping', reconnectAfter: 5 }, { type: 'ended', reason: 'ended', canRejoin: true }];

  function inLobby(): ReturnType<typeof build> {
    const all = build();
    all.connection.open();
    all.wire.accept();
    all.wire.answer('join', WAITING);
    all.credentials.value = { room: 'room1', token: 't2', linkToken: 'token-1', session: 'waits', sequence: 0 };
    return all;
  }

  it.each([['a seat', seated, 'secret'], ['a place in the lobby', inLobby, 'waits']])('is no end for who has %s', (_, begin, session) => {
    const { wire, seen } = begin();
    wire.events(...END);
    expect(seen.over).toBeNull();
    vi.advanceTimersByTime(4900);
    expect(wire.hellos).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(wire.hellos).toHaveLength(2);
    wire.accept();
    expect(wire.last('join')?.resume?.session).toBe(session);
    wire.answer('join', WAITING);
    expect(seen.calls.at(-1)).toBe('waiting admission');
    expect(seen.over).toBeNull();
  });

  it('that came without a word lets who waits knock again by himself', () => {
    const { wire, seen } = inLobby();
    wire.cut();
    vi.advanceTimersByTime(200);
    wire.accept();
    wire.answer('join', { ...WAITING, session: 'again' });
    expect(seen.calls).toEqual(['waiting admission', 'lost', 'waiting admission']);
  });

  it('is forgotten afterwards: then an end is one', () => {
    const { wire, seen } = inLobby();
    wire.events(...END);
    vi.advanceTimersByTime(5100);
    wire.accept();
    wire.answer('join', WAITING);
    wire.events({ type: 'ended', reason: 'ended', canRejoin: true });
    expect(seen.over).toMatchObject({ kind: 'ended', reason: 'ended' });
  });
});

describe('a token that expired while we were away', () => {
  it('is no end while the link is still good', () => {
    const { wire, seen, credentials } = seated();
    wire.cut();
    vi.advanceTimersByTime(200);
    wire.refuse('token_expired');
    vi.advanceTimersByTime(1);
    expect(wire.hellos.map((hello) => hello.token)).toEqual(['token-1', 'token-2', 'token-1']);
    wire.seat(joined());
    expect(seen.over).toBeNull();
    credentials.value = { ...credentials.value, token: 'token-3' };
    wire.cut();
    vi.advanceTimersByTime(200);
    expect(wire.hellos.at(-1)?.token).toBe('token-3');
  });

  it('is the end when the link has expired too', () => {
    const { wire, seen } = seated();
    wire.cut();
    vi.advanceTimersByTime(200);
    wire.refuse('token_expired');
    vi.advanceTimersByTime(1);
    wire.refuse('token_expired');
    expect(seen.over).toMatchObject({ kind: 'refused', wasSeated: true, failure: { code: 'token_expired' } });
  });
});

describe('the lobby', () => {
  it('says that the way is lost there too, and that one is back in it', () => {
    const { connection, wire, seen } = build();
    const waiting: Waiting = { type: 'waiting', participantId: 'p1', session: 's', reason: 'host', since: 0, notice: '', token: 't', tokenExpiresAt: 0 };
    connection.open();
    wire.accept();
    wire.answer('join', waiting);
    wire.cut();
    vi.advanceTimersByTime(200);
    wire.accept();
    wire.answer('join', waiting);
    expect(seen.calls).toEqual(['waiting host', 'lost', 'waiting host']);
  });
});

describe('probe', () => {
  it('connects at once while waiting', () => {
    const { connection, wire } = seated();
    wire.cut();
    connection.probe();
    expect(wire.hellos).toHaveLength(2);
  });

  it('changes nothing when the server answers', () => {
    const { connection, wire, seen } = seated();
    connection.probe();
    wire.answer('setTiles', { type: 'done' });
    expect(seen.calls).toEqual(['joined']);
  });

  it('finds a dead way and comes back without delay', () => {
    const { connection, wire, seen } = seated();
    connection.probe();
    wire.answer('setTiles', null);
    expect(seen.calls).toEqual(['joined', 'lost']);
    vi.advanceTimersByTime(1);
    expect(wire.hellos).toHaveLength(2);
  });
});

describe('a way that stood still', () => {
  const TOO_SLOW = { type: 'ended', reason: 'tooSlow', canRejoin: true } as const;

  it('is no end: the seat is taken again, and nothing else changes', () => {
    const { wire, seen } = seated();
    wire.events(TOO_SLOW);
    expect(seen.calls).toEqual(['joined', 'lost']);
    vi.advanceTimersByTime(240);
    wire.accept();
    expect(wire.last('join')?.resume).toEqual({ session: 'secret', sequence: 7 });
    wire.answer('join', resumed);
    expect(seen.calls).toEqual(['joined', 'lost', 'resumed']);
    expect(seen.over).toBeNull();
  });

  it.each([
    [30_000, 'over'],
    [61_000, 'lost'],
  ])('again %d ms later: %s', (laterMs, last) => {
    const { wire, seen } = seated();
    wire.events(TOO_SLOW);
    vi.advanceTimersByTime(240);
    wire.accept();
    wire.answer('join', resumed);
    vi.advanceTimersByTime(laterMs);
    wire.events(TOO_SLOW);
    expect(seen.calls).toEqual(['joined', 'lost', 'resumed', last]);
  });
});

describe('the end', () => {
  it('is told with its reason, and nothing after it', () => {
    const { wire, seen } = seated();
    wire.events({ type: 'ended', reason: 'replaced', canRejoin: true }, { type: 'mediaLost', reason: 'closed' });
    wire.listener.onLost();
    vi.advanceTimersByTime(60_000);
    expect(seen.calls).toEqual(['joined', 'over']);
    expect(seen.over).toEqual({ kind: 'ended', reason: 'replaced', canRejoin: true });
    expect(wire.hellos).toHaveLength(1);
  });

  it('by closing is silent', () => {
    const { connection, wire, seen } = seated();
    connection.close();
    wire.listener.onLost();
    vi.advanceTimersByTime(60_000);
    expect(seen.calls).toEqual(['joined']);
    expect(wire.hellos).toHaveLength(1);
  });
});

describe('command', () => {
  it('gives the answer', async () => {
    const { connection, wire } = seated();
    const answer = connection.command({ type: 'leave' });
    wire.answer('leave', { type: 'done' });
    expect(await answer).toEqual({ type: 'done' });
  });

  it('is unreachable without a seat', async () => {
    const { connection, wire } = seated();
    wire.cut();
    expect(await connection.command({ type: 'leave' })).toMatchObject({ type: 'error', code: 'unreachable' });
  });
});
