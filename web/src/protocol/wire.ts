/**
 * One socket.io connection at a time. Knows how to open, ask and listen; knows nothing of seats, sequence numbers or
 * when to try again: that is `connection.ts`, which is tested with a small fake of this interface.
 */

import { io, type Socket } from 'socket.io-client';
import { decodeAnswer, decodeEvents, decodeRefusal, failure } from './decode.js';
import type { Answer, ClientMessage, Failure, Hello, ServerEvent } from './messages.gen.js';

/** As long as a slow way needs. */
const CONNECT_TIMEOUT_MS = 8000;

export interface WireListener {
  onOpen(): void;
  /** The server said no. The wire is closed. */
  onRefused(failure: Failure): void;
  /** The way to the server is gone, or was never found. The wire is closed. */
  onLost(): void;
  onEvents(events: readonly ServerEvent[]): void;
}

export interface Wire {
  /** Closes what was open before, silently. */
  open(hello: Hello, timeoutMs?: number): void;
  /** Silently: the listener is not called any more. */
  close(): void;
  /**
   * `onAnswer` is called exactly once, in the order of arrival among events (which is why this is no promise); with
   * null when no answer came in time or the wire is not open.
   */
  request(message: ClientMessage, timeoutMs: number, onAnswer: (answer: Answer | null) => void): void;
}

/** The real one. WebSocket only: the server refuses long polling. */
export class SocketIoWire implements Wire {
  #socket: Socket | null = null;

  /** `server`: its origin, where it is not the page's own. */
  constructor(
    private readonly listener: WireListener,
    private readonly server = '',
  ) {}

  open(hello: Hello, timeoutMs: number = CONNECT_TIMEOUT_MS): void {
    this.close();
    const options = {
      auth: { ...hello },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: timeoutMs,
    };
    const socket = this.server === '' ? io(options) : io(this.server, options);
    this.#socket = socket;
    const isCurrent = (): boolean => this.#socket === socket;
    socket.on('connect', () => {
      if (isCurrent()) this.listener.onOpen();
    });
    socket.on('connect_error', (error: Error & { data?: unknown; type?: string }) => {
      if (!isCurrent()) return;
      this.close();
      const refusal = decodeRefusal(error.data) ?? decodeRefusal(parsed(error.message));
      if (refusal) this.listener.onRefused(refusal);
      else this.listener.onLost();
    });
    socket.on('disconnect', () => {
      if (!isCurrent()) return;
      this.close();
      this.listener.onLost();
    });
    socket.on('events', (payload: unknown, acknowledge?: () => void) => {
      if (isCurrent()) this.listener.onEvents(decodeEvents(payload).events);
      acknowledge?.();
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.disconnect();
  }

  request(message: ClientMessage, timeoutMs: number, onAnswer: (answer: Answer | null) => void): void {
    if (!this.#socket?.connected) {
      onAnswer(null);
      return;
    }
    this.#socket.timeout(timeoutMs).emit('command', message, (error: Error | null, payload?: unknown) => {
      onAnswer(error ? null : decodeAnswer(payload));
    });
  }
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return null;
  }
}

/** What a command is answered with when there is no way to the server. */
export const UNREACHABLE: Failure = failure('unreachable', 'no answer from the server');
