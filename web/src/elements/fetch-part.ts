/** What only some need is fetched when they do; without a network the next try may have one. */

const RETRY_MS = 2000;

/** True when it is there; false when the element has gone before. The element says `data-loading` meanwhile. */
export async function fetchPart(element: HTMLElement, fetchIt: () => Promise<unknown>): Promise<boolean> {
  element.toggleAttribute('data-loading', true);
  while (element.isConnected) {
    try {
      await fetchIt();
      element.toggleAttribute('data-loading', false);
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return false;
}
