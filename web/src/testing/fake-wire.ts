/** A wire without a network: the test plays the server. */

import type { Answer, ClientMessage, Hello, Joined, ServerEvent } from '../protocol/messages.gen.js';
import type { Wire, WireListener } from '../protocol/wire.js';
import { failure } from '../protocol/decode.js';

type Request = { readonly message: ClientMessage; readonly onAnswer: (answer: Answer | null) => void };

export class FakeWire implements Wire {
  readonly hellos: Hello[] = [];
  readonly sent: ClientMessage[] = [];
  isOpen = false;
  /** Answers by itself; null leaves the request to `answer`. */
  respond: (message: ClientMessage) => Answer | null = () => null;
  #waiting: Request[] = [];

  constructor(readonly listener: WireListener) {}

  open(hello: Hello, _timeoutMs: number): void {
    this.hellos.push(hello);
    this.isOpen = false;
    this.#waiting = [];
  }

  close(): void {
    this.isOpen = false;
    this.#waiting = [];
  }

  request(message: ClientMessage, _timeoutMs: number, onAnswer: (answer: Answer | null) => void): void {
    if (!this.isOpen) {
      onAnswer(null);
      return;
    }
    this.sent.push(message);
    const answer = this.respond(message);
    if (answer) onAnswer(answer);
    else this.#waiting.push({ message, onAnswer });
  }

  // ── the server's side ─────────────────────────────────────────────────────────────────────────────────────────────

  accept(): void {
    this.isOpen = true;
    this.listener.onOpen();
  }

  refuse(code: string, retryAfter: number | null = null): void {
    this.isOpen = false;
    this.listener.onRefused(failure(code, '', retryAfter));
  }

  cut(): void {
    this.isOpen = false;
    this.#waiting = [];
    this.listener.onLost();
  }

  /** Answers the oldest waiting request of this type. */
  answer(type: ClientMessage['type'], answer: Answer | null): void {
    const index = this.#waiting.findIndex((request) => request.message.type === type);
    const [request] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (!request) throw new Error(`nobody waits for an answer to ${type}`);
    request.onAnswer(answer);
  }

  events(...events: ServerEvent[]): void {
    this.listener.onEvents(events);
  }

  seat(joined: Joined): void {
    this.accept();
    this.answer('join', joined);
  }

  last<T extends ClientMessage['type']>(type: T): Extract<ClientMessage, { type: T }> | undefined {
    return this.sent.filter((message): message is Extract<ClientMessage, { type: T }> => message.type === type).at(-1);
  }
}
