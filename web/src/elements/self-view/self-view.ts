/**
 * The own picture, small and mirrored, in the place beside the others that `conference/own-place.ts` finds for it.
 * Dragged it snaps to the nearest corner; the buttons do the same without dragging (WCAG 2.5.7). They show on hover, on
 * focus, and after a tap.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Tile } from '../../call-types.js';
import type { Box } from '../../conference/layout.js';
import { play } from '../../styles/motion.js';
import { reset } from '../../styles/shared.js';
import type { Corner, Words } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import '../tile/tile.js';
import { nearestCorner, nextCorner } from './corner.js';
import { selfViewStyles } from './self-view.styles.js';

/** The own picture was moved. */
export class CornerEvent extends Event {
  constructor(readonly corner: Corner) {
    super('corner');
  }
}

/** The own picture is to be hidden, or shown again. */
export class ShowSelfEvent extends Event {
  constructor(readonly show: boolean) {
    super('showself');
  }
}

/** The other camera, please. */
export class TurnEvent extends Event {
  constructor() {
    super('turncamera');
  }
}

interface Drag {
  readonly pointerId: number;
  readonly startX: number;
  readonly startY: number;
  readonly box: DOMRect;
  moved: boolean;
}

/** A finger that moves less than this, in pixels, has tapped. */
const TAP_PX = 6;

@customElement('vdx-self-view')
export class SelfView extends LitElement {
  static override styles = [reset, selfViewStyles];

  @property({ attribute: false }) tile!: Tile;
  @property({ attribute: false }) words!: Words;
  @property({ reflect: true }) corner: Corner = 'bottomRight';
  @property({ attribute: false }) shown = true;
  /** False while the camera looks away. */
  @property({ attribute: false }) mirrored = true;
  /** There is a camera on either side. */
  @property({ type: Boolean, reflect: true, attribute: 'turns' }) canTurn = false;
  @property({ attribute: false }) showsName = true;
  /** In CSS pixels of the stage; null: not known yet. */
  @property({ attribute: false }) seat: Box | null = null;

  /** Tapped: the buttons stay until the next tap. */
  @state() private isOpen = false;
  private drag: Drag | null = null;
  private hadFocus = false;
  /** Where it slides from, until it does. */
  private from: DOMRect | null = null;

  override render(): TemplateResult {
    const { words } = this;
    if (!this.shown) {
      return html`<button class="back" type="button" @click=${() => { this.show(true); }}>
        ${icon('show')}<span>${words.self.show}</span>
      </button>`;
    }
    return html`
      <section
        aria-label=${words.self.label}
        class=${this.isOpen ? 'open' : ''}
        @pointerdown=${this.grab}
        @pointermove=${this.pull}
        @pointerup=${this.drop}
        @pointercancel=${this.drop}
      >
        <vdx-tile .tile=${this.tile} .words=${words} .showsName=${this.showsName} .mirrored=${this.mirrored}></vdx-tile>
        <div class="actions">
          ${this.canTurn
            ? html`<button type="button" @click=${() => this.dispatchEvent(new TurnEvent())}>
                ${icon('turn')}<span>${words.self.turn}</span>
              </button>`
            : nothing}
          <button type="button" @click=${() => { this.moveTo(nextCorner(this.corner)); }}>
            ${icon('move')}<span>${words.self.move}</span>
          </button>
          <button type="button" @click=${() => { this.show(false); }}>
            ${icon('hide')}<span>${words.self.hide}</span>
          </button>
        </div>
      </section>
    `;
  }

  private show(show: boolean): void {
    this.isOpen = false;
    this.hadFocus = true;
    this.dispatchEvent(new ShowSelfEvent(show));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('seat') || changed.get('seat') === null || this.seat === null || this.from !== null) return;
    this.from = this.getBoundingClientRect();
    requestAnimationFrame(() => { this.slide(); });
  }

  /** The button that brings it back takes the focus of the one that hid it, and the other way round. */
  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('seat') || changed.has('shown')) this.sit();
    if (!changed.has('shown') || !this.hadFocus) return;
    this.hadFocus = false;
    this.renderRoot.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
  }

  private sit(): void {
    const seat = this.shown ? this.seat : null;
    this.toggleAttribute('seated', seat !== null);
    const { style } = this;
    style.inset = seat === null ? '' : `${String(seat.top)}px auto auto ${String(seat.left)}px`;
    style.width = seat === null ? '' : `${String(seat.width)}px`;
    style.height = seat === null ? '' : `${String(seat.height)}px`;
  }

  /** From where it is now, wherever the stage finds room there. */
  private moveTo(corner: Corner): void {
    this.from = this.getBoundingClientRect();
    this.style.translate = '';
    this.corner = corner;
    this.dispatchEvent(new CornerEvent(corner));
    requestAnimationFrame(() => { this.slide(); });
  }

  private slide(): void {
    const { from } = this;
    this.from = null;
    if (from === null) return;
    const to = this.getBoundingClientRect();
    play(this, { translate: `${String(from.left - to.left)}px ${String(from.top - to.top)}px` }, { translate: '0 0' });
  }

  private grab(event: PointerEvent): void {
    if (event.button !== 0 || event.composedPath().some((node) => node instanceof HTMLButtonElement)) return;
    this.drag = {
      pointerId: event.pointerId,
      startX: event.clientX,
      startY: event.clientY,
      box: this.getBoundingClientRect(),
      moved: false,
    };
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
  }

  private pull(event: PointerEvent): void {
    const { drag } = this;
    if (drag?.pointerId !== event.pointerId) return;
    const [x, y] = [event.clientX - drag.startX, event.clientY - drag.startY];
    if (!drag.moved && Math.hypot(x, y) < TAP_PX) return;
    drag.moved = true;
    this.style.translate = `${String(x)}px ${String(y)}px`;
  }

  private drop(event: PointerEvent): void {
    const { drag } = this;
    if (drag?.pointerId !== event.pointerId) return;
    this.drag = null;
    if (!drag.moved) {
      if (event.type === 'pointerup' && event.pointerType !== 'mouse') this.isOpen = !this.isOpen;
      return;
    }
    const room = this.offsetParent?.getBoundingClientRect() ?? document.documentElement.getBoundingClientRect();
    const x = drag.box.left + drag.box.width / 2 + event.clientX - drag.startX - room.left;
    const y = drag.box.top + drag.box.height / 2 + event.clientY - drag.startY - room.top;
    this.moveTo(nearestCorner(x, y, room.width, room.height));
  }
}
