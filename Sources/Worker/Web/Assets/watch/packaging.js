// What becomes of a codec in MP4, which is what lists of HLS name.
//
// Pure. The table is that of the server (docs/hls.md), which has the last word.

/**
 * Codecs that lists can carry. Matroska does not tell the profile of every codec: then the plainest
 * one stands in for it, as long as only a browser has to be asked.
 */
const PACKAGED = [
  { pattern: /^(avc[13]|h264)/, plain: 'avc1.42e01f' },
  { pattern: /^(hev1|hvc1|hevc|h265)/, plain: 'hvc1.1.6.L93.B0' },
  { pattern: /^vp0?9/, plain: 'vp09.00.10.08' },
  { pattern: /^av0?1/, plain: 'av01.0.04M.08' },
  { pattern: /^opus/, plain: 'opus' },
  { pattern: /^(mp4a|aac)/, plain: 'mp4a.40.2' },
  { pattern: /^flac/, plain: 'flac' },
];

/**
 * The codec string in MP4; null when lists cannot carry it.
 * @param {string} codec   as in RFC 6381, or its short name
 */
export function packagedCodec(codec) {
  const name = codec.toLowerCase();
  const found = PACKAGED.find(({ pattern }) => pattern.test(name));
  if (!found) return null;
  return name.includes('.') ? codec : found.plain;
}
