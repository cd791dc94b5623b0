/** How large each video slot is shown, as the server wants to hear it: by slot, in device pixels, only what changed. */

import type { TileSize } from '../protocol/messages.gen.js';
import type { Size } from './layout.js';

/** For a tile that has not been measured yet but whose slot was told 0: a small picture, better than none. */
const UNMEASURED: Size = { width: 320, height: 180 };
/** The schema's upper limit. */
const MAX_PIXELS = 8192;

export interface ShownTile {
  readonly id: string;
  readonly slot: number | null;
}

export class TileSizes {
  #byTile = new Map<string, Size>();
  /** By slot. The server forgets the size when somebody else comes into a slot. */
  #told = new Map<number, Size & { readonly id: string }>();

  /** CSS pixels; 0 × 0 when not on screen. */
  measure(tileId: string, width: number, height: number): void {
    this.#byTile.set(tileId, { width, height });
  }

  /** What to tell the server now; counts as told. Slots without a tile keep their size. */
  changes(tiles: readonly ShownTile[], pixelRatio: number): TileSize[] {
    const changed: TileSize[] = [];
    for (const { id, slot } of tiles) {
      if (slot === null) continue;
      const told = this.#told.get(slot);
      const measured = this.#byTile.get(id);
      const wanted = measured
        ? { width: toDevice(measured.width, pixelRatio), height: toDevice(measured.height, pixelRatio) }
        : told?.width === 0
          ? UNMEASURED
          : told;
      if (!wanted || (told?.id === id && told.width === wanted.width && told.height === wanted.height)) continue;
      const { width, height } = wanted;
      this.#told.set(slot, { id, width, height });
      changed.push({ slot, width, height });
    }
    this.#forget(tiles);
    return changed;
  }

  /** The server knows nothing (a new seat, or the message was lost): tell all again. */
  forgetTold(): void {
    this.#told.clear();
  }

  #forget(tiles: readonly ShownTile[]): void {
    const known = new Set(tiles.map((tile) => tile.id));
    for (const id of this.#byTile.keys()) if (!known.has(id)) this.#byTile.delete(id);
  }
}

function toDevice(cssPixels: number, pixelRatio: number): number {
  return Math.min(MAX_PIXELS, Math.max(0, Math.round(cssPixels * pixelRatio)));
}
