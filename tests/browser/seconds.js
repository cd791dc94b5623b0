// Runs in a page before its own scripts: what counts the seconds that people have to think can be made to stand, so that
// a busy machine does not use them up. How long they are is tested with the parts that count them.
(() => {
  const native = window.setInterval;
  const SECOND_MS = 1000;
  let stands = false;
  window.setInterval = (what, everyMs, ...given) =>
    native(() => {
      if (!stands || everyMs !== SECOND_MS) what(...given);
    }, everyMs);
  window.seconds = {
    stand: () => void (stands = true),
    go: () => void (stands = false),
  };
})();
