/**
 * The tiles of the others, laid out to fill the room they have. A shared screen takes the large place and the people a
 * strip. Tiles slide to a new place (FLIP: measured before and after, played from the difference), and each tile's size
 * is told upwards, since the picture's layer follows it.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Tile } from '../../call-types.js';
import { aspectFor, gridLayout, PHONE, stageLayout, type AspectRange, type Box, type Size } from '../../conference/layout.js';
import { arrangeTiles, PLAIN, type Situation } from '../../conference/arrange.js';
import { play } from '../../styles/motion.js';
import { layoutWords } from '../../text/layouts.js';
import type { Words } from '../../text/words.js';
import '../tile/tile.js';
import type { TileElement } from '../tile/tile.js';
import { stageStyles } from './stage.styles.js';

/** One person alone on a phone may fill it upright. */
const ONE_ON_PHONE: AspectRange = { narrowest: 0.45, widest: 16 / 9 };

/** The place among the others that is kept for the own picture; null: none is, and it floats. */
export class OwnPlaceEvent extends Event {
  constructor(readonly box: Box | null) {
    super('ownplace');
  }
}

/** How large a tile is now; 0 × 0 when it is gone or does not fit. */
export class TileSizeEvent extends Event {
  constructor(
    readonly tileId: string,
    readonly width: number,
    readonly height: number,
  ) {
    super('tilesize');
  }
}

/** From so many others on the tiles are so small that the own picture in a corner covers a face. */
const SEATED_FROM = { upright: 3, low: 2, wide: 7 };
/** A phone on its side leaves a stage lower than this. */
const LOW_PX = 340;

/**
 * Where the own picture sits among the others, when there are many for the room: last in their rows, or last in the strip
 * where some are large and some small. Null: in a corner, over somebody's shoulder.
 */
export function seatFor(container: Size, tiles: readonly Tile[], situation: Situation = PLAIN): readonly (Box | null)[] | null {
  const { mains, pips } = arrangeTiles(tiles, situation);
  if (pips.length > 0) return placeTiles(container, tiles, situation, true);
  const shape = container.height < LOW_PX ? 'low' : aspectFor(container) === PHONE ? 'upright' : 'wide';
  if (mains.length < SEATED_FROM[shape]) return null;
  const { boxes } = gridLayout(container, mains.length + 1, aspectFor(container));
  return [...tiles.map((tile) => boxes[mains.indexOf(tile)] ?? null), boxes[mains.length] ?? null];
}

/** Lines of small tiles where the layout has many. */
const LINES = 3;
const MANY_PIPS = 7;

/** Boxes in the order of `tiles`; null for a tile that finds no place. `seatsOwn`: the strip's last is the own picture's, and last here. */
export function placeTiles(container: Size, tiles: readonly Tile[], situation: Situation = PLAIN, seatsOwn = false): readonly (Box | null)[] {
  const { mains, pips } = arrangeTiles(tiles, situation);
  const lines = situation.layout !== 'grid' && pips.length > MANY_PIPS ? LINES : 1;
  const { main: room, strip } = stageLayout(container, pips.length + (seatsOwn ? 1 : 0), null, undefined, lines);
  const own = seatsOwn ? (strip.at(-1) ?? null) : null;
  const narrow = aspectFor(room);
  const aspect = tiles.length === 1 && narrow.narrowest < 1 ? ONE_ON_PHONE : narrow;
  const boxes = new Map<Tile, Box>();
  // One large tile beside small ones takes all the room there is: a screen of unknown shape is letterboxed in it.
  const large = mains.length === 1 && pips.length > 0 ? [room] : gridLayout(room, mains.length, aspect).boxes;
  mains.forEach((tile, index) => {
    const box = large[index];
    if (box !== undefined) boxes.set(tile, box);
  });
  pips.forEach((tile, index) => {
    const box = strip[index];
    if (box !== undefined && box !== own) boxes.set(tile, box);
  });
  const places = tiles.map((tile) => boxes.get(tile) ?? null);
  return seatsOwn ? [...places, own] : places;
}

@customElement('vdx-stage')
export class Stage extends LitElement {
  static override styles = stageStyles;

  @property({ attribute: false }) tiles: readonly Tile[] = [];
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) situation: Situation = PLAIN;
  /** Whether each tile has its name on it. */
  @property({ attribute: false }) showsNames = true;
  /** How many people the layout has no place for; only those one knows of. */
  @state() private left = 0;
  /** The own tile is on the stage only while nobody else is there; then it is a mirror like the small one. */
  @property({ attribute: false }) mirrorSelf = true;
  /** What is given a seat among the others where it would cover them; null: it needs none. It is not drawn here. */
  @property({ attribute: false }) own: Tile | null = null;
  private seat: Box | null = null;

  private size: Size = { width: 0, height: 0 };
  private readonly boxes = new Map<string, Box>();
  private readonly observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return;
    this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
    this.place(false);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    for (const id of [...this.boxes.keys()]) this.forget(id);
  }

  override render(): TemplateResult {
    return html`<div role="list" aria-label=${this.words.call.people}>
      ${repeat(
        this.tiles,
        (tile) => tile.id,
        (tile) =>
          html`<vdx-tile
            role="listitem"
            .tile=${tile}
            .words=${this.words}
            .showsName=${this.showsNames}
            .mirrored=${tile.isSelf && this.mirrorSelf && tile.kind === 'camera'}
          ></vdx-tile>`,
      )}
    </div>
    ${this.left === 0 ? nothing : html`<p class="left" aria-label=${layoutWords(this.words.language).left(this.left)}>+${this.left}</p>`}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('tiles');
    const isArranged = changed.has('tiles') && before !== undefined && sameTiles(before, this.tiles);
    const isSeated = changed.has('own') && (changed.get('own') === null) !== (this.own === null);
    if (changed.has('situation') || isSeated || (changed.has('tiles') && !isArranged)) this.place(true);
  }

  private place(animated: boolean): void {
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    const elements = [...this.renderRoot.querySelectorAll<TileElement>('vdx-tile')];
    const seated = this.own === null ? null : seatFor(this.size, this.tiles, this.situation);
    const places = seated?.slice(0, this.tiles.length) ?? placeTiles(this.size, this.tiles, this.situation);
    this.seatOwn(seated?.at(-1) ?? null);
    this.left = places.filter((box) => box === null).length;
    const kept = new Set<string>();
    this.tiles.forEach((tile, index) => {
      const [element, box] = [elements[index], places[index] ?? null];
      if (element === undefined) return;
      element.hidden = box === null;
      if (box === null) return;
      kept.add(tile.id);
      this.put(tile.id, element, box, animated);
    });
    for (const id of [...this.boxes.keys()]) if (!kept.has(id)) this.forget(id);
  }

  private seatOwn(box: Box | null): void {
    if (box === this.seat || (box !== null && this.seat !== null && sameBox(box, this.seat))) return;
    this.seat = box;
    this.dispatchEvent(new OwnPlaceEvent(box));
  }

  private put(id: string, element: TileElement, box: Box, animated: boolean): void {
    const old = this.boxes.get(id);
    if (old !== undefined && sameBox(old, box)) return;
    this.boxes.set(id, box);
    element.style.left = `${String(box.left)}px`;
    element.style.top = `${String(box.top)}px`;
    element.style.width = `${String(box.width)}px`;
    element.style.height = `${String(box.height)}px`;
    if (animated) this.slide(element, old, box);
    this.dispatchEvent(new TileSizeEvent(id, box.width, box.height));
  }

  private slide(element: HTMLElement, old: Box | undefined, box: Box): void {
    const from =
      old === undefined
        ? { opacity: '0' }
        : {
            transformOrigin: 'top left',
            transform: `translate(${String(old.left - box.left)}px, ${String(old.top - box.top)}px) scale(${String(old.width / box.width)}, ${String(old.height / box.height)})`,
          };
    play(element, from);
  }

  private forget(id: string): void {
    this.boxes.delete(id);
    this.dispatchEvent(new TileSizeEvent(id, 0, 0));
  }
}

/** The same places are needed: levels and names may differ. */
function sameTiles(a: readonly Tile[], b: readonly Tile[]): boolean {
  return a.length === b.length && a.every((tile, index) => tile.id === b[index]?.id);
}

function sameBox(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}
