/** A small picture of oneself for the hosts while one waits, and for hosts those of who waits. With the token of the call. */

const TIMEOUT_MS = 10_000;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Null: none any more. Whether it was taken. Never rejects. */
export async function showPicture(token: string, jpeg: Blob | null): Promise<boolean> {
  try {
    const answer = await fetch('/api/v1/waiting-picture', {
      method: 'PUT',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ jpeg: jpeg === null ? '' : base64(new Uint8Array(await jpeg.arrayBuffer())) }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** By who waits, as an address for an image; null when no answer came. Never rejects. */
export async function askPictures(token: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const answer = await fetch('/api/v1/waiting-pictures', {
      headers: { Authorization: `Bearer ${token}` },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok ? decodePictures(await answer.json()) : null;
  } catch {
    return null;
  }
}

export function decodePictures(body: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const { pictures } = (typeof body === 'object' && body !== null ? body : {}) as { readonly pictures?: unknown };
  for (const one of Array.isArray(pictures) ? (pictures as readonly unknown[]) : []) {
    const { waitingId, jpeg } = (typeof one === 'object' && one !== null ? one : {}) as Readonly<Record<string, unknown>>;
    if (typeof waitingId === 'string' && typeof jpeg === 'string' && BASE64.test(jpeg)) found.set(waitingId, `data:image/jpeg;base64,${jpeg}`);
  }
  return found;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
