// Which codec to record with: the best that most viewers can play. VP9 first (plays everywhere in
// MSE, also in fMP4), VP8 where VP9 would not run smoothly or is not there (Firefox), AV1 last:
// good, but costly to make and not played by older devices. All with Opus.
//
// H.264 only if somebody asks for it. It is what iPhones play, but browsers record it into Matroska,
// which their own players take in pieces of HLS only, and that is half a second later for everybody.
//
// What the browser promises is a first guess only: a codec that has been measured to be too slow on
// this device is not taken again for a while (slow-codecs.js).
//
// Pure: what the browser can do is passed in.

/**
 * @typedef {object} Codec
 * @property {string} id
 * @property {string} label
 * @property {string} codecs      as the recorder knows it
 * @property {string} container
 * @property {boolean} [isOnRequest]   never chosen by itself
 */

/** @type {Codec[]} Best first. */
const CODECS = [
  { id: 'vp9', label: 'VP9', codecs: 'vp9', container: 'webm' },
  { id: 'vp8', label: 'VP8', codecs: 'vp8', container: 'webm' },
  { id: 'av1', label: 'AV1', codecs: 'av1', container: 'webm' },
  { id: 'h264', label: 'H.264', codecs: 'avc1', container: 'x-matroska', isOnRequest: true },
];

/** The one that costs least to make. */
export const LIGHTEST_CODEC_ID = 'vp8';
/** The one that iPhones play. */
export const WIDEST_CODEC_ID = 'h264';

/** The recorder's type for a codec. */
export function mimeTypeOf(codec, hasAudio) {
  return `video/${codec.container};codecs=${codec.codecs}${hasAudio ? ',opus' : ''}`;
}

/**
 * @param {(mimeType: string) => boolean} isTypeSupported of MediaRecorder
 * @returns {Codec[]} what this browser records, best first
 */
export function recordableCodecs(isTypeSupported) {
  return CODECS.filter((codec) => isTypeSupported(mimeTypeOf(codec, true)));
}

/**
 * Chooses one.
 * @param {object} wish
 * @param {string} wish.choice 'auto' or a codec's id
 * @param {{width: number, height: number, bitrateBps: number, frameRate: number}} wish.video
 * @param {(mimeType: string) => boolean} isTypeSupported
 * @param {((configuration: object) => Promise<{smooth: boolean}>) | null} encodingInfo
 * @param {(codecID: string) => boolean} isKnownSlow measured on this device
 * @returns {Promise<{codec: Codec, isSmooth: boolean} | null>} null when nothing can be recorded
 */
export async function chooseCodec(
  wish, isTypeSupported, encodingInfo, isKnownSlow = () => false,
) {
  const codecs = recordableCodecs(isTypeSupported);
  const wanted = codecs.find((codec) => codec.id === wish.choice);
  if (wanted) return { codec: wanted, isSmooth: await isSmooth(wanted, wish.video, encodingInfo) };
  const usual = codecs.filter(({ isOnRequest }) => !isOnRequest);
  for (const codec of usual) {
    const isPromised = await isSmooth(codec, wish.video, encodingInfo);
    if (isPromised && !isKnownSlow(codec.id)) return { codec, isSmooth: true };
  }
  // Nothing is promised to be smooth: the one that costs least.
  const cheapest = usual.find((codec) => codec.id === LIGHTEST_CODEC_ID) ?? usual[0] ?? codecs[0];
  return cheapest ? { codec: cheapest, isSmooth: false } : null;
}

/** Whether the browser expects to keep up. One that does not say is trusted, except with AV1. */
async function isSmooth(codec, video, encodingInfo) {
  const guess = codec.id !== 'av1';
  if (!encodingInfo) return guess;
  try {
    const info = await encodingInfo({
      type: 'record',
      video: {
        contentType: mimeTypeOf(codec, false),
        width: video.width,
        height: video.height,
        bitrate: video.bitrateBps,
        framerate: video.frameRate,
      },
    });
    return info.supported === false ? false : info.smooth;
  } catch {
    return guess;
  }
}
