/** How things move, for what is animated by script; the length is the token `--move`. */

export const EASING = 'cubic-bezier(0.2, 0, 0.1, 1)';

/** Milliseconds; 0 for people who want no motion. */
export function moveDuration(element: Element): number {
  const text = getComputedStyle(element).getPropertyValue('--move').trim();
  const value = parseFloat(text) || 0;
  return text.endsWith('ms') ? value : value * 1000;
}

/** Plays the difference between where something was and where it is now (FLIP). Does nothing where nothing may move. */
export function play(element: HTMLElement, from: Keyframe, to: Keyframe = {}): void {
  const duration = moveDuration(element);
  if (duration > 0) element.animate([from, to], { duration, easing: EASING });
}
