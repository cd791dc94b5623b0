/** What happens to the page as a whole and matters to a call. */

export interface PageListener {
  /** A camera, headset or screen came or went. */
  onDeviceChange(): void;
  /** The page is visible again, after another app, a phone call, a locked screen or a sleep. */
  onVisible(): void;
  /** There is a network (again), or another kind of one. */
  onOnline(): void;
  /** Any click or key: the browser now lets sound play. */
  onGesture(): void;
}

/** For the life of the page. */
export function listenToPage(listener: PageListener): void {
  navigator.mediaDevices.addEventListener('devicechange', () => listener.onDeviceChange());
  const look = (): void => {
    if (document.visibilityState === 'visible') listener.onVisible();
  };
  document.addEventListener('visibilitychange', look);
  // Chromium froze the page (Page Lifecycle), or any browser took it out of its cache of pages.
  document.addEventListener('resume', look);
  globalThis.addEventListener('pageshow', (event) => {
    if (event.persisted) look();
  });
  watchSleep(look);
  globalThis.addEventListener('online', () => listener.onOnline());
  watchNetworkKind(() => listener.onOnline());
  for (const gesture of ['pointerdown', 'keydown']) {
    globalThis.addEventListener(gesture, () => listener.onGesture(), { passive: true });
  }
}

const BEAT_MS = 2000;
/** A timer that is this much too late in a visible page: the device was asleep. */
const SLEPT_MS = 5000;

/** A computer whose lid was shut tells nobody that it is awake again; its timers do. */
function watchSleep(onWake: () => void): void {
  let expected = Date.now() + BEAT_MS;
  setInterval(() => {
    const isLate = Date.now() - expected > SLEPT_MS;
    expected = Date.now() + BEAT_MS;
    if (isLate) onWake();
  }, BEAT_MS);
}

/** From Wi-Fi to a mobile network and back: only some browsers tell, and they tell changes of speed too. */
function watchNetworkKind(onChange: () => void): void {
  const { connection } = navigator as Navigator & { readonly connection?: EventTarget & { readonly type?: string } };
  let kind = connection?.type;
  connection?.addEventListener('change', () => {
    const before = kind;
    kind = connection.type;
    if (kind !== before && kind !== 'none') onChange();
  });
}

/** An instructor sees the whole group, small. */
const INSTRUCTOR_SLOTS = 25;

/** How many pictures fit this screen at once. */
export function videoSlotsForScreen(isInstructor = false): number {
  const shortSide = Math.min(globalThis.screen?.width ?? 0, globalThis.screen?.height ?? 0);
  if (shortSide > 0 && shortSide < 600) return 4;
  return isInstructor ? INSTRUCTOR_SLOTS : 9;
}
