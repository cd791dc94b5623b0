/** When to touch the page: once before its next picture, so that several changes cost one. */

/** A hidden page draws no pictures, yet its title and its announcements must follow. */
const WITHOUT_PICTURES_MS = 100;

let waiting: (() => void)[] = [];
let frame = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function runAll(): void {
  cancelAnimationFrame(frame);
  clearTimeout(timer);
  const due = waiting;
  waiting = [];
  for (const run of due) run();
}

/** Runs once, soon, with all others that wait. Without a document (tests) in a microtask. `run` must not throw. */
export function beforeNextFrame(run: () => void): void {
  if (typeof requestAnimationFrame !== 'function') {
    queueMicrotask(run);
    return;
  }
  waiting.push(run);
  if (waiting.length > 1) return;
  frame = requestAnimationFrame(runAll);
  timer = setTimeout(runAll, WITHOUT_PICTURES_MS);
}

/** Nobody is looking: what is only for the eye may rest. */
export function isPageHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}
