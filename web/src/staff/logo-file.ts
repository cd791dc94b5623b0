/** From a picture that somebody has chosen to a PNG that the server takes: drawn anew, made smaller until it fits. */

import { bytesOf, fitting, MAX_LOGO_BYTES } from './look-form.js';

const SMALLER = [1, 0.75, 0.5, 0.35, 0.25] as const;
const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** A data URL; null: it is no picture, or does not fit however small. */
export async function logoOf(file: File): Promise<string | null> {
  if (file.size > MAX_FILE_BYTES) return null;
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return null;
  }
  try {
    for (const scale of SMALLER) {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = fitting(picture.width, picture.height, scale);
      canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const drawn = canvas.toDataURL('image/png');
      if (drawn.startsWith('data:image/png;base64,') && bytesOf(drawn) <= MAX_LOGO_BYTES) return drawn;
    }
    return null;
  } finally {
    picture.close();
  }
}
