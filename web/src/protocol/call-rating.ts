/** The answer to the one question after a call, sent with the last token that was made in it. */

export const TROUBLES = ['sound', 'picture', 'other'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Whether it was taken. It goes out also while the page is being closed. Never rejects. */
export async function sendCallRating(token: string, score: number, troubles: readonly Trouble[]): Promise<boolean> {
  try {
    const answer = await fetch('/api/v1/call-rating', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ score, troubles }),
      cache: 'no-store',
      credentials: 'omit',
      keepalive: true,
    });
    return answer.ok;
  } catch {
    return false;
  }
}
