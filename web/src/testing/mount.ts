/** Elements under test: put into the document, rendered, and taken away again. */

import type { LitElement } from 'lit';

export async function mount<T extends LitElement>(element: T, set: Partial<T> = {}): Promise<T> {
  Object.assign(element, set);
  document.body.append(element);
  await element.updateComplete;
  return element;
}

export function unmountAll(): void {
  document.body.replaceChildren();
}

/** The first match inside the element's shadow; a missing one fails the test. */
export function part<E extends Element = HTMLElement>(element: LitElement, selector: string): E {
  const found = element.renderRoot.querySelector<E>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

export function textOf(node: Node): string {
  return (node.textContent ?? '').replace(/\s+/g, ' ').trim();
}
