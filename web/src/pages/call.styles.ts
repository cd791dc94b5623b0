import { css } from 'lit';

export const callStyles = css`
  :host {
    position: fixed;
    inset: 0;
    display: grid;
    /* However much is said above, faces keep a quarter of the window. */
    grid-template: auto minmax(min(9rem, 26vh), 1fr) auto / minmax(0, 1fr) auto;
    overflow: hidden;
    background: var(--stage);
    color: var(--stage-ink);
    color-scheme: dark;
    --paper: var(--stage);
    --surface: var(--stage-raised);
    --ink: var(--stage-ink);
    --ink-soft: var(--stage-ink-soft);
    --line: var(--stage-line);
    --edge: var(--stage-edge);
    --brand: var(--stage-brand);
    --brand-ink: var(--stage-brand-ink);
    --brand-text: var(--stage-brand-text);
    --positive: var(--stage-positive);
    --caution: var(--stage-caution);
    --danger: var(--stage-problem);
    --focus: var(--stage-focus);
    --focus-ground: var(--stage);
  }

  /* However much is said, the buttons stay in the window. */
  .banner {
    grid-area: 1 / 1 / 2 / 3;
    max-height: 50vh;
    overflow-y: auto;
    --text-16: min(1rem, 7vw);
  }

  .room {
    position: relative;
    display: flex;
    grid-area: 2 / 1;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    padding-block: var(--space-8) 0;
    padding-inline: max(var(--space-8), env(safe-area-inset-left), env(safe-area-inset-right));
  }

  .scene {
    position: relative;
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
    container-type: size;
  }

  vdx-stage {
    flex: 1;
  }

  .alone {
    display: grid;
    justify-items: center;
    gap: var(--space-4);
    padding: var(--space-16);
    text-align: center;
    text-wrap: balance;
  }

  .alone .title {
    font-size: var(--text-24);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  .soft {
    color: var(--stage-ink-soft);
  }

  .bar {
    display: grid;
    grid-area: 3 / 1 / 4 / 3;
    grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr);
    align-items: center;
    gap: var(--space-24);
    padding-block: var(--space-12) max(var(--space-12), env(safe-area-inset-bottom));
    padding-inline: max(var(--space-24), env(safe-area-inset-left), env(safe-area-inset-right));
    font-size: var(--text-16);
  }

  .connecting {
    grid-template-columns: minmax(0, 1fr);
    gap: 0;
  }

  .connecting .buttons {
    grid-area: 1 / 1;
  }

  .connecting .links {
    justify-content: center;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    grid-column: 2;
    justify-content: center;
    gap: var(--space-8);
  }

  .subject {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    min-width: 0;
    font-weight: var(--bold);
  }

  .subject vdx-logo {
    --logo-height: 2.25rem;
  }

  .subject span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .links {
    display: flex;
    flex-wrap: wrap;
    column-gap: var(--space-16);
  }

  .links a {
    display: inline-flex;
    align-items: center;
    min-width: 44px;
    min-height: 44px;
    color: var(--ink-soft);
  }

  .state {
    color: var(--stage-ink-soft);
    line-height: var(--leading-tight);
    text-align: end;
    text-wrap: balance;
  }

  .unmute {
    position: absolute;
    z-index: 4;
    inset: auto 0 var(--space-24);
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--space-16);
    margin-inline: auto;
    width: fit-content;
    height: fit-content;
    max-width: min(28rem, calc(100% - 2 * var(--space-16)));
    max-height: calc(100% - 2 * var(--space-8));
    overflow-y: auto;
    padding: min(var(--space-32), 5vw);
    border-radius: var(--radius-card);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow);
    text-align: center;
    --focus-ground: var(--surface);
  }

  .unmute p {
    font-size: min(var(--text-18), 7vw);
    text-wrap: balance;
  }

  vdx-panel {
    grid-area: 2 / 2;
    width: 360px;
    padding-block: var(--space-8) 0;
    padding-inline: 0 var(--space-8);
  }

  .pair {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .crowded-out {
    display: none;
  }

  .crowded-out.always {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .asks {
    display: grid;
    gap: var(--space-12);
  }

  .asks .button[aria-pressed='true'] {
    border-color: var(--brand-text);
    background: var(--brand);
    color: var(--brand-ink);
  }

  .asks .button {
    justify-content: start;
    min-height: var(--target-call);
  }

  .further {
    display: grid;
    justify-items: start;
    padding-top: var(--space-16);
    border-top: 1px solid var(--line);
  }

  .help {
    grid-template-columns: minmax(0, 1fr);
    justify-items: start;
    padding-top: var(--space-16);
    border-top: 1px solid var(--line);
  }

  /* Beside the buttons there is room for one of the two; what the meeting is called is also its heading. */
  @media (max-width: 110em) {
    .subject:has(vdx-logo[shown]) span {
      position: absolute;
      width: 1px;
      height: 1px;
      clip-path: inset(50%);
    }
  }

  @media (max-width: 73.75em) {
    .bar {
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-8);
    }

    .buttons {
      grid-area: 2 / 1;
    }

    .subject,
    .state {
      grid-area: 1 / 1;
      justify-content: center;
      text-align: center;
    }

    .subject vdx-logo {
      display: none;
    }

    /* One line: what is off is more urgent than what the meeting is called. */
    .subject:has(~ .state:not(:empty)) {
      visibility: hidden;
    }
  }

  @media (max-width: 53.75em) {
    .bar {
      padding-block: var(--space-8) max(var(--space-8), env(safe-area-inset-bottom));
      padding-inline: max(var(--space-8), env(safe-area-inset-left), env(safe-area-inset-right));
    }

    .buttons {
      flex-wrap: wrap;
      gap: var(--space-8) var(--space-4);
    }

    /* One row: these are under "more" then. */
    #share,
    .host #chat,
    .host #floor {
      display: none;
    }


    .has-floor vdx-control {
      flex: 1 1 auto;
    }

    .crowded-out {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-8);
    }
  }

  @media (max-width: 43.74em) {
    vdx-panel {
      z-index: 5;
      grid-area: 2 / 1;
      align-self: end;
      width: auto;
      max-height: 100%;
      padding: 0 var(--space-8);
    }
  }

  @media (max-height: 30em) {
    .bar {
      padding-block: var(--space-8) max(var(--space-8), env(safe-area-inset-bottom));
    }

    .buttons {
      grid-row: 1;
    }

    /* The struck icons and the own picture still say it; here a line costs a tenth of every face. */
    .subject,
    .state {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    .alone {
      padding: var(--space-8);
    }

    .alone .title {
      font-size: var(--text-20);
    }
  }

  /* A phone on its side; not a small frame in another page. */
  @media (max-height: 30em) and (min-width: 36.01em) {
    .buttons {
      flex-wrap: nowrap;
    }
  }
`;
