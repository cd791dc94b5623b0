/** The exercise films that a host can load, asked with the token of the call. */

const TIMEOUT_MS = 30000;

export interface Clip {
  readonly clip: string;
  readonly title: string;
  /** Null for a file that cannot be played. */
  readonly durationS: number | null;
  /** Why not. */
  readonly code: string | null;
}

/** Null when no answer comes, or none that can be used. Never rejects. */
export async function askClips(token: string): Promise<readonly Clip[] | null> {
  try {
    const answer = await fetch('/api/v1/room-clips', {
      headers: { Authorization: `Bearer ${token}` },
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok ? decodeClips(await answer.json()) : null;
  } catch {
    return null;
  }
}

export function decodeClips(body: unknown): readonly Clip[] | null {
  if (typeof body !== 'object' || body === null || !('clips' in body) || !Array.isArray(body.clips)) return null;
  return (body.clips as readonly unknown[]).filter(isClip);
}

function isClip(value: unknown): value is Clip {
  if (typeof value !== 'object' || value === null) return false;
  const clip = value as Readonly<Record<string, unknown>>;
  return (
    typeof clip['clip'] === 'string' &&
    typeof clip['title'] === 'string' &&
    (clip['durationS'] === null || typeof clip['durationS'] === 'number') &&
    (clip['code'] === null || typeof clip['code'] === 'string')
  );
}
