/** One small picture from a camera that runs: square, from the middle, as small as the server takes it. */

export const SIDE_PX = 96;
export const MAX_BYTES = 8192;
const QUALITIES = [0.75, 0.5, 0.3] as const;

/** Null where the camera gives no picture. */
export async function takeStill(stream: MediaStream): Promise<Blob | null> {
  const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
  video.srcObject = stream;
  try {
    await video.play();
    const side = Math.min(video.videoWidth, video.videoHeight);
    const canvas = Object.assign(document.createElement('canvas'), { width: SIDE_PX, height: SIDE_PX });
    const context = canvas.getContext('2d');
    if (context === null || side === 0) return null;
    context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, SIDE_PX, SIDE_PX);
    for (const quality of QUALITIES) {
      const jpeg = await new Promise<Blob | null>((resolve) => { canvas.toBlob(resolve, 'image/jpeg', quality); });
      if (jpeg !== null && jpeg.size <= MAX_BYTES) return jpeg;
    }
    return null;
  } catch {
    return null;
  } finally {
    video.srcObject = null;
  }
}
