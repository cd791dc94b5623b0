/**
 * The tiles of the others, laid out to fill the room they have. A shared screen takes the large place and the people a
 * strip. Tiles slide to a new place (FLIP: measured before and after, played from the difference), and each tile's size
 * is told upwards, since the picture's layer follows it.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Tile } from '../../call-types.js';
import { PLAIN, type Situation } from '../../conference/arrange.js';
import type { Box, Size } from '../../conference/layout.js';
import { seatTiles, type OwnPlace } from '../../conference/own-place.js';
import { placeTiles } from '../../conference/places.js';
import { play } from '../../styles/motion.js';
import { layoutWords } from '../../text/layouts.js';
import type { Corner, Words } from '../../text/words.js';
import '../tile/tile.js';
import type { TileElement } from '../tile/tile.js';
import { stageStyles } from './stage.styles.js';

/** The place beside the others that is kept for the own picture; null: none is. */
export class OwnPlaceEvent extends Event {
  constructor(readonly place: OwnPlace | null) {
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
  /** The own picture is given a place where it covers nobody. It is not drawn here. */
  @property({ attribute: false }) seatsOwn = false;
  /** Where the person has put it; null: wherever it is best. */
  @property({ attribute: false }) ownCorner: Corner | null = null;
  private own: OwnPlace | null = null;

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
    if (changed.has('situation') || changed.has('seatsOwn') || changed.has('ownCorner') || (changed.has('tiles') && !isArranged)) this.place(true);
  }

  private place(animated: boolean): void {
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    const elements = [...this.renderRoot.querySelectorAll<TileElement>('vdx-tile')];
    const { places, own } = this.seatsOwn
      ? seatTiles(this.size, this.tiles, this.situation, { corner: this.ownCorner, names: getComputedStyle(this).direction === 'rtl' ? 'right' : 'left' })
      : { places: placeTiles(this.size, this.tiles, this.situation), own: null };
    this.tellOwn(own);
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

  private tellOwn(own: OwnPlace | null): void {
    const before = this.own;
    if (own === before || (own !== null && before !== null && own.corner === before.corner && sameBox(own.box, before.box))) return;
    this.own = own;
    this.dispatchEvent(new OwnPlaceEvent(own));
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
