/*
 * For browsers that cannot run the page at all, and for a page that could not be fetched: says so instead of staying blank.
 * Written as browsers of 2009 understand it, and in a file of its own because the content policy allows nothing inline.
 */
(function () {
  var PAGES = 'vdx-app, vdx-entry';

  function part(id) {
    return document.getElementById(id);
  }

  function show(id) {
    if (document.querySelector(PAGES) || !part('old-browser').hidden || !part('not-fetched').hidden) return;
    part(id).hidden = false;
    part(id).removeAttribute('hidden');
  }

  function isSyntax(error) {
    return !!error && error.name === 'SyntaxError';
  }

  window.addEventListener('error', function (event) {
    var isFile = event.target && event.target !== window;
    if (!isFile) show('old-browser');
    else if (event.target.tagName === 'SCRIPT') show('not-fetched');
  }, true);

  window.addEventListener('unhandledrejection', function (event) {
    show(isSyntax(event.reason) ? 'old-browser' : 'not-fetched');
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
