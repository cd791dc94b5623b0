() => {
  // What is wrong with how the page stands now: asked in the page by looks.py. A list of `kind: what, where`.
  const WIDTH = innerWidth;
  const HEIGHT = innerHeight;
  const SMALLEST_TEXT = 16;
  const SMALLEST_TARGET = 44;
  const LONGEST_WORD = 18;
  const inCall = document.documentElement.classList.contains('in-call');
  const faults = new Set();
  const styles = new Map();
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  /** Of the tree as it is drawn. */
  const above = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const chain = (element) => {
    const found = [];
    for (let one = element; one !== null; one = above(one)) found.push(one);
    return found;
  };
  const nameOf = (element) => {
    const own = `${element.localName}${element.id ? `#${element.id}` : ''}${element.classList.length > 0 ? `.${element.classList[0]}` : ''}`;
    const host = element.getRootNode().host;
    return host ? `${host.localName} ${own}` : own;
  };
  const say = (kind, element, what = '') => { faults.add(`${kind}: ${nameOf(element)}${what === '' ? '' : ` »${what.trim().replace(/\s+/g, ' ').slice(0, 60)}«`}`); };
  const isDrawn = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  /** For screen readers alone. */
  const isHidden = (ancestors) => ancestors.some((one) => styleOf(one).clipPath === 'inset(50%)');

  /** What is left to see of a box, and whether something that does not scroll takes a part of it away. */
  const clipped = (box, ancestors, above, below) => {
    let { left, right, top, bottom } = box;
    let isCut = false;
    let isShortened = false;
    for (const one of ancestors) {
      const { overflowX, overflowY, textOverflow, position } = styleOf(one);
      if (overflowX !== 'visible' || overflowY !== 'visible') {
        const around = one === document.documentElement || one === document.body ? { left: 0, right: WIDTH, top: -Infinity, bottom: Infinity } : one.getBoundingClientRect();
        if (overflowX === 'hidden' || overflowX === 'clip') {
          if (left < around.left - 1.5 || right > around.right + 1.5) {
            if (textOverflow === 'ellipsis') isShortened ||= !ancestors.some((each) => each.hasAttribute('title'));
            else isCut = true;
          }
        }
        if ((overflowY === 'hidden' || overflowY === 'clip') && (top < around.top - above || bottom > around.bottom + below)) isCut = true;
        [left, right] = [Math.max(left, around.left), Math.min(right, around.right)];
        [top, bottom] = [Math.max(top, around.top), Math.min(bottom, around.bottom)];
        if (right <= left || bottom <= top) return { box: null, isCut, isShortened };
      }
      if (position === 'fixed') break;
    }
    return { box: { left, right, top, bottom }, isCut, isShortened };
  };

  const isOpaque = (element) => {
    const found = /rgba?\(([^)]*)\)/.exec(styleOf(element).backgroundColor);
    const alpha = found === null ? 1 : Number(found[1].split(/[,/ ]+/)[3] ?? 1);
    return alpha > 0.7;
  };
  /** Whether one of the two lies on a ground of its own that covers the other. */
  const isCovered = (a, b) => {
    const [overA, overB] = [chain(a).slice(1), chain(b).slice(1)];
    const common = new Set(overA);
    const ofA = overA.filter((one) => !overB.includes(one));
    const ofB = overB.filter((one) => !common.has(one));
    return [...ofA, ...ofB].some(isOpaque);
  };
  const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;

  const lines = [];
  const controls = [];
  const drawn = [];
  const range = document.createRange();

  const text = (node) => {
    const element = node.parentElement;
    if (element === null || node.data.trim() === '' || element.matches('option, optgroup, script, style, title') || !isDrawn(element)) return;
    const ancestors = chain(element);
    if (isHidden(ancestors)) return;
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    if (boxes.length === 0) return;
    const size = parseFloat(styleOf(element).fontSize);
    if (size < SMALLEST_TEXT - 0.1) say(`text of ${String(Math.round(size))} px`, element, node.data);
    for (const box of boxes) {
      const { box: seen, isCut, isShortened } = clipped(box, ancestors, 0.3 * size, 0.1 * size + 1);
      if (isCut) say('cut', element, node.data);
      if (isShortened) say('shortened', element, node.data);
      if (seen === null) continue;
      if (seen.right > WIDTH + 1 || seen.left < -1) say('outside', element, node.data);
      lines.push({ element, said: node.data, box: { left: seen.left, right: seen.right, top: seen.top + 0.28 * size, bottom: seen.bottom - 0.12 * size } });
    }
    if (!element.closest('h1, h2, h3, .name, .whose, button, .button, summary, label, legend, th')) return;
    for (const word of node.data.matchAll(/[\p{L}\p{N}]{3,}/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => Math.round(top / 4)));
      // Longer than any word of ours: somebody's own, divided by whichever browser knows the language.
      if (tops.size > 1 && word[0].length < LONGEST_WORD) say('broken word', element, word[0]);
    }
  };

  const control = (element) => {
    if (!element.matches('button, select, input, textarea, summary, a[href]') || !isDrawn(element)) return;
    const ancestors = chain(element);
    if (isHidden(ancestors)) return;
    const label = element.matches('input') ? (element.closest('label') ?? (element.id ? element.getRootNode().querySelector(`label[for="${element.id}"].check`) : null)) : null;
    const target = label ?? element;
    const box = target.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) return;
    const said = element.getAttribute('aria-label') ?? element.textContent ?? '';
    const isInSentence = element.matches('a') && styleOf(element).display === 'inline';
    if (!isInSentence && (box.height < SMALLEST_TARGET - 0.5 || box.width < SMALLEST_TARGET - 0.5)) {
      say(`target of ${String(Math.round(box.width))} × ${String(Math.round(box.height))}`, element, said);
    }
    const { box: seen, isCut } = clipped(box, ancestors.slice(1), 2, 2);
    if (isCut) say('control cut', element, said);
    if (seen === null) return;
    if (seen.left < -0.5 || seen.right > WIDTH + 0.5) say('control outside', element, said);
    if (inCall && (seen.top < -0.5 || seen.bottom > HEIGHT + 0.5)) say('control outside', element, said);
    if (!isInSentence) controls.push({ element: target, said, box: seen });
  };

  const walk = (root) => {
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
      if (node instanceof Text) {
        text(node);
        continue;
      }
      if (isDrawn(node)) drawn.push(node);
      control(node);
      if (node.shadowRoot) walk(node.shadowRoot);
    }
  };
  walk(document.body);

  const wide = document.documentElement.scrollWidth - WIDTH;
  if (wide > 0) faults.add(`wider than the window by ${String(wide)} px`);
  const pairs = (list, kind) => {
    list.forEach((a, index) => {
      for (const b of list.slice(index + 1)) {
        if (a.element === b.element || !overlap(a.box, b.box) || a.element.contains(b.element) || b.element.contains(a.element)) continue;
        if (!isCovered(a.element, b.element)) say(kind, a.element, `${a.said.trim().slice(0, 28)} / ${b.said.trim().slice(0, 28)}`);
      }
    });
  };
  /** Help, accessibility and privacy from every screen; in a call behind one button, and there at most five stand in a guest's bar. */
  const isThere = (selector) => drawn.some((element) => element.matches(selector));
  const isBehindMore = isThere('vdx-call .bar, .bar .buttons') && isThere('#more');
  if (isThere('vdx-frame, vdx-staff-frame, vdx-operator, vdx-call') && !isBehindMore && drawn.filter((element) => element.matches('nav.links a, footer a')).length < 2) faults.add('no links to accessibility and privacy');
  if (isThere('vdx-frame') && !isThere('footer .human')) faults.add('no way to a human');
  if (isThere('vdx-call .bar, .bar .buttons') && !isThere('.host') && controls.filter(({ element }) => element.getRootNode().host?.localName === 'vdx-control' && element.getRootNode().host.closest('.bar')).length > 5) faults.add('more than five things to choose from');
  pairs(lines, 'text over text');
  pairs(controls, 'control over control');
  return [...faults];
}
