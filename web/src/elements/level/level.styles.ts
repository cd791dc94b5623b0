import { css } from 'lit';

export const levelStyles = css`
  :host {
    display: inline-block;
  }

  .bars {
    display: flex;
    align-items: center;
    gap: 3px;
    height: var(--level-height, 1rem);
  }

  span {
    flex: none;
    width: var(--level-width, 3px);
    height: 100%;
    border-radius: var(--radius-full);
    background: var(--level-colour, var(--positive));
    /* Scaled, not sized: a level then lays out nothing. No transition: ten steps a second are one already. */
    transform: scaleY(calc(0.2 + 0.8 * var(--height, 0)));
  }

  /* The thermometer: every bar has its place, and fills. */
  :host([wide]) {
    display: block;
  }

  :host([wide]) span {
    position: relative;
    flex: 1;
    width: auto;
    height: 100%;
    overflow: hidden;
    background: var(--level-ground, var(--line));
    transform: none;
  }

  :host([wide]) span::after {
    content: '';
    position: absolute;
    inset: 0;
    background: var(--level-colour, var(--positive));
    opacity: var(--height, 0);
  }
`;
