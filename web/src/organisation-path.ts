/**
 * `/o/{code}/` before the path of any page: the same page, as that organisation looks. Everything else here reads paths
 * without it, and makes addresses with it, so that it stays in the address bar all the way through a call.
 */

const PREFIX = /^\/o\/([^/]{1,750})(?=\/|$)/;

/** '' where there is none. */
export function prefixOf(path: string): string {
  return PREFIX.exec(path)?.[0] ?? '';
}

/** The code, '' for none. */
export function organisationOf(path: string): string {
  try {
    return decodeURIComponent(PREFIX.exec(path)?.[1] ?? '');
  } catch {
    return '';
  }
}

/** The page's own path. */
export function plainPath(path: string): string {
  return path.slice(prefixOf(path).length) || '/';
}
