import { css } from 'lit';

export const panelStyles = css`
  /* The section shrinks with the host, so that its content scrolls and never covers the controls. */
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    color: var(--ink);
    --focus-ground: var(--surface);
  }

  section {
    display: flex;
    flex-direction: column;
    max-height: 100%;
    overflow: hidden;
    border-radius: var(--radius-card);
    background: var(--surface);
    box-shadow: var(--shadow);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-16);
    padding-block: var(--space-12);
    padding-inline: var(--space-24) var(--space-12);
    border-bottom: 1px solid var(--line);
  }

  /* With large text it has a line of its own, and no word of it is cut. */
  h2 {
    flex: 0 1 auto;
    font-size: var(--text-20);
    overflow-wrap: break-word;
  }

  button {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    min-height: 44px;
    margin-inline-start: auto;
    padding: 0 var(--space-12);
    border: 0;
    border-radius: var(--radius);
    background: none;
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  button:hover {
    background: color-mix(in srgb, var(--ink) 8%, var(--surface));
  }

  button .icon {
    width: 1.25rem;
    height: 1.25rem;
  }

  .content {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-24);
    min-height: 0;
    overflow-y: auto;
    padding: var(--space-24);
    overscroll-behavior: contain;
  }

  /* A phone on its side: the little height there is belongs to what stands in it. */
  @media (max-height: 30em) {
    header {
      flex-wrap: nowrap;
      padding-block: var(--space-4);
    }

    .content {
      padding-block: var(--space-12);
    }
  }
`;
