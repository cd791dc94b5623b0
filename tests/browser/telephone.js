// Runs in a page before its own scripts: what a telephone does to a page, to be done at will. Safari does not run here, so
// its events are fired as it fires them: tracks that are muted and come back, a sound context that is interrupted, `play`
// that is denied, a page that is hidden and seen again, a screen that is turned.
(() => {
  const contexts = [];
  const Native = window.AudioContext;
  class Interruptible extends Native {
    constructor(...given) {
      super(...given);
      this.resumes = 0;
      contexts.push(this);
    }
    get state() {
      return this.said ?? super.state;
    }
    resume() {
      this.resumes += 1;
      return super.resume();
    }
  }
  window.AudioContext = Interruptible;

  const locks = [];
  const wakeLock = { request: () => {
    const lock = Object.assign(new EventTarget(), { released: false, release: () => Promise.resolve(void (lock.released = true)) });
    locks.push(lock);
    return Promise.resolve(lock);
  } };
  Object.defineProperty(navigator, 'wakeLock', { value: wakeLock });

  let visibility = null;
  const nativeVisibility = Object.getOwnPropertyDescriptor(Document.prototype, 'visibilityState').get;
  Object.defineProperty(Document.prototype, 'visibilityState', { get() { return visibility ?? nativeVisibility.call(this); } });

  const sent = () => observe.live().getSenders().map((sender) => sender.track).filter((track) => track !== null);
  const say = (contextState) => {
    for (const context of contexts) {
      context.said = contextState;
      context.dispatchEvent(new Event('statechange'));
    }
  };
  const mute = (isMuted) => {
    for (const track of sent()) {
      Object.defineProperty(track, 'muted', { value: isMuted, configurable: true });
      track.dispatchEvent(new Event(isMuted ? 'mute' : 'unmute'));
    }
  };
  const play = HTMLMediaElement.prototype.play;

  window.telephone = {
    contexts,
    locks,
    ids: () => sent().map((track) => track.id),
    held: () => locks.filter((lock) => !lock.released).length,
    rings() {
      mute(true);
      say('interrupted');
    },
    hangsUp() {
      mute(false);
      say('suspended');
      say(undefined);
    },
    // As when another app is opened: the lock goes, and the devices with it, without a word.
    hides() {
      visibility = 'hidden';
      document.dispatchEvent(new Event('visibilitychange'));
      for (const lock of locks) lock.released = true;
      for (const track of sent()) track.stop();
    },
    shows() {
      visibility = 'visible';
      document.dispatchEvent(new Event('visibilitychange'));
    },
    deniesPlay() {
      HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'));
      for (const element of document.querySelectorAll('audio')) element.pause();
    },
    allowsPlay() {
      HTMLMediaElement.prototype.play = play;
    },
    silentElements: () => [...document.querySelectorAll('audio')].filter((one) => one.srcObject !== null && one.paused).length,
  };
})();
