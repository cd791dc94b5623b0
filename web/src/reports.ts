/** What the server is told of this client: which own sources are on, and how large each slot is shown. */

import type { Tile } from './call-types.js';
import { TileSizes } from './conference/tile-sizes.js';
import type { Connection } from './protocol/connection.js';
import type { ContentHint, SourceKind, SourceState } from './protocol/messages.gen.js';

/** Layouts move in steps; only where they come to rest matters. */
const TILE_DEBOUNCE_MS = 200;
const SOURCES = ['microphone', 'camera', 'screen', 'screenAudio'] as const satisfies readonly SourceKind[];

/** How often a host has closed each source, as far as we have followed. */
export class ClosedCounts {
  readonly #counts = new Map<SourceKind, number>();
  #isFresh = true;

  /** Those that were closed once more. What was so when the page began is no news. */
  update(closed: readonly { readonly source: SourceKind; readonly count: number }[]): readonly SourceKind[] {
    const isNew = this.#isFresh ? [] : closed.filter(({ source, count }) => count > (this.#counts.get(source) ?? 0));
    this.#isFresh = false;
    for (const { source, count } of closed) this.#counts.set(source, count);
    return isNew.map(({ source }) => source);
  }

  forget(): void {
    this.#counts.clear();
    this.#isFresh = true;
  }
}

export class Reports {
  /** What the server thinks of our sources; those it doesn't grant are absent. */
  #told = new Map<SourceKind, boolean>();
  /** At first the server's own. */
  #toldHint: ContentHint = 'detail';
  #isHintNamed = false;
  #sizes = new TileSizes();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connection: Pick<Connection, 'isSeated' | 'command'>,
    private readonly isActive: (source: SourceKind) => boolean,
    private readonly tiles: () => readonly Tile[],
    private readonly cameraHint: () => ContentHint = () => 'detail',
    private readonly onRefused: (source: SourceKind, code: string) => void = () => undefined,
  ) {}

  /** After a snapshot: it says what the server thinks of our sources; of sizes it knows nothing. */
  onSnapshot(sources: readonly SourceState[]): void {
    this.#told = new Map(sources.map(({ kind, active }) => [kind, active]));
    this.#toldHint = 'detail';
    this.#sizes.forgetTold();
    this.tellSources();
    this.tellSizesSoon();
  }

  /** After a resume: a command may have been lost on the way, so all is told. */
  onResume(sources: readonly SourceState[]): void {
    this.#told = new Map(sources.map(({ kind }) => [kind, !this.isActive(kind)]));
    this.#sizes.forgetTold();
    this.tellSources();
    this.tellSizesSoon();
  }

  /** Which sources are on and what matters in the camera's picture, where the server thinks otherwise. */
  tellSources(): void {
    if (!this.connection.isSeated) return;
    const hint = this.cameraHint();
    this.#isHintNamed ||= hint !== this.#toldHint;
    for (const source of SOURCES) {
      const active = this.isActive(source);
      const told = this.#told.get(source);
      const isHinted = source === 'camera' && this.#isHintNamed;
      if (told === undefined || (told === active && (!isHinted || hint === this.#toldHint))) continue;
      this.#told.set(source, active);
      if (isHinted) this.#toldHint = hint;
      void this.connection.command({ type: 'setSource', source, active, ...(isHinted ? { contentHint: hint } : {}) }).then((answer) => {
        // Not carried out: the next change, or the next seat, tells again.
        if (answer.type !== 'error') return;
        if (answer.code !== 'not_permitted') this.#told.set(source, !active);
        this.onRefused(source, answer.code);
      });
    }
  }

  /** CSS pixels. */
  measure(tileId: string, width: number, height: number): void {
    this.#sizes.measure(tileId, width, height);
    this.tellSizesSoon();
  }

  /** After tiles were measured or slots were bound otherwise. */
  tellSizesSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.connection.isSeated) return;
      const tiles = this.#sizes.changes(this.tiles(), globalThis.devicePixelRatio || 1);
      if (tiles.length === 0) return;
      void this.connection.command({ type: 'setTiles', tiles }).then((answer) => {
        if (answer.type === 'error') this.#sizes.forgetTold();
      });
    }, TILE_DEBOUNCE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#told.clear();
  }
}
