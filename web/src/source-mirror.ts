/**
 * What is decided at the server about our own microphone, camera and screen, carried out here: the light goes out, and
 * the buttons say so. Nothing is ever opened from here.
 */

import type { NoticeCode } from './call-types.js';
import type { Documents } from './conference/documents.js';
import type { LocalMedia } from './media/local-media.js';
import type { Memory } from './memory.js';
import type { Joined, SourceKind } from './protocol/messages.gen.js';
import { ClosedCounts } from './reports.js';

export class SourceMirror {
  readonly #byHost = new ClosedCounts();
  readonly #byFloor = new ClosedCounts();

  constructor(
    private readonly local: Pick<LocalMedia, 'setMicrophone' | 'setCamera' | 'stopScreen'>,
    private readonly memory: Pick<Memory, 'update'>,
    private readonly documents: () => Documents | undefined,
    private readonly say: (code: NoticeCode) => void,
  ) {}

  get mayUnmute(): boolean {
    return this.documents()?.ownSources?.mayUnmute ?? true;
  }

  /** A guest's microphone may have to be off at the beginning; its owner opens it, where he may. */
  start(joined: Joined): void {
    const self = joined.participants.find((one) => one.id === joined.participantId);
    if (self?.role === 'guest' && joined.room.guestMicrophone !== 'on') void this.local.setMicrophone(false);
  }

  /** After a snapshot or a document. */
  follow(): void {
    this.#followHost();
    this.#followFloor();
  }

  forget(): void {
    this.#byHost.forget();
    this.#byFloor.forget();
  }

  /** The server did not take that a source is on. */
  onRefused(source: SourceKind, code: string): void {
    if (code !== 'muted_by_host' || source !== 'microphone') return;
    void this.local.setMicrophone(false);
    this.say('mayNotUnmute');
  }

  #followHost(): void {
    const isNew = this.#byHost.update(this.documents()?.ownSources?.closed ?? []);
    for (const source of isNew) {
      if (source === 'microphone') this.#closeMicrophone();
      else if (source === 'camera') {
        // Also in memory: a reload must not open it again.
        this.memory.update({ cameraOn: false });
        void this.local.setCamera(false);
      } else this.local.stopScreen();
    }
    if (isNew.length > 0) this.say('closedByHost');
  }

  /** The end of control has closed our microphone; or our screen has no floor any more. */
  #followFloor(): void {
    const own = this.documents()?.ownFloor;
    if (own === undefined) return;
    if (this.#byFloor.update([{ source: 'microphone', count: own.closedMicrophone }]).length > 0) {
      this.#closeMicrophone();
      this.say('microphoneOff');
    }
    if (!own.screen.maySend) this.local.stopScreen();
  }

  #closeMicrophone(): void {
    this.memory.update({ microphoneOn: false });
    void this.local.setMicrophone(false);
  }
}
