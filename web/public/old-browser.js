/*
 * For browsers that cannot run the page at all, and for a page that could not be fetched: says so instead of staying blank.
 * Written as browsers of 2009 understand it, and in a file of its own because the content policy allows nothing inline.
 */
(function () {
  /* What went wrong beside the page may still leave time for it to come. */
  var PATIENCE_MS = 1500;

  function part(id) {
    return document.getElementById(id);
  }

  function isPageThere() {
    var all = document.body.children;
    for (var index = 0; index < all.length; index += 1) {
      if (all[index].tagName.indexOf('VDX-') === 0) return true;
    }
    return false;
  }

  function isShown(id) {
    return !part(id).hasAttribute('hidden');
  }

  function show(id) {
    if (isPageThere() || isShown('old-browser') || isShown('not-fetched')) return;
    part(id).removeAttribute('hidden');
    /* It came after all. */
    var watch = setInterval(function () {
      if (!isPageThere()) return;
      clearInterval(watch);
      part(id).setAttribute('hidden', '');
    }, PATIENCE_MS);
  }

  function showLater(id) {
    setTimeout(function () {
      show(id);
    }, PATIENCE_MS);
  }

  window.addEventListener('error', function (event) {
    var isFile = event.target && event.target !== window;
    if (isFile && event.target.tagName === 'SCRIPT') show('not-fetched');
    else if (!isFile && /SyntaxError/.test(event.message)) show('old-browser');
    else if (!isFile) showLater('old-browser');
  }, true);

  window.addEventListener('unhandledrejection', function (event) {
    showLater(event.reason && event.reason.name === 'SyntaxError' ? 'old-browser' : 'not-fetched');
  });

  part('fetch-again').onclick = function () {
    location.reload();
  };

  part('copy-link').onclick = function () {
    var field = part('the-link');
    field.removeAttribute('hidden');
    field.value = location.href;
    field.select();
    try {
      if (document.execCommand('copy')) this.textContent = this.getAttribute('data-done');
    } catch (error) {
      /* The link stands there, marked. */
    }
  };

  if (!('noModule' in document.createElement('script'))) show('old-browser');
})();
