// Makes a picture that the server takes of any that this browser can show: its middle square, small, upright,
// without what its file says besides.

const EDGE_PIXELS = 512;
const LEAST_PIXELS = 64;
/** What the server takes. */
const MOST_BYTES = 256 * 1024;
/** The best first. A browser that cannot write one writes a PNG instead. */
const ENCODINGS = [['image/webp', 0.9], ['image/webp', 0.7], ['image/png'], ['image/jpeg', 0.9], ['image/jpeg', 0.6]];

/**
 * @param {Blob} file
 * @returns {Promise<HTMLCanvasElement>}   rejected when the browser cannot read it as a picture
 */
export async function squareOf(file) {
  // It turns pictures as their files ask for.
  const whole = await createImageBitmap(file);
  const edge = Math.min(whole.width, whole.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(EDGE_PIXELS, Math.max(LEAST_PIXELS, edge));
  canvas.height = canvas.width;
  const pen = canvas.getContext('2d');
  pen.imageSmoothingQuality = 'high';
  const [x, y] = [(whole.width - edge) / 2, (whole.height - edge) / 2];
  pen.drawImage(whole, x, y, edge, edge, 0, 0, canvas.width, canvas.height);
  whole.close();
  return canvas;
}

/** @returns {Promise<Blob | null>}   null when it is too large in every way */
export async function encoded(canvas) {
  for (const [type, quality] of ENCODINGS) {
    const blob = await new Promise((done) => { canvas.toBlob(done, type, quality); });
    if (blob?.type === type && blob.size <= MOST_BYTES) return blob;
  }
  return null;
}
