// Reads the server's own lists of HLS. Not a reader for anybody's: it knows the tags that Weir
// writes (docs/hls.md), and passes over the others.
//
// Pure. Addresses stay as they stand in the list.

/**
 * @typedef {object} Rendition
 * @property {'video' | 'audio'} kind
 * @property {string} uri     of its list, from the root of the server
 * @property {string} codec   as in RFC 6381
 */

/**
 * @typedef {object} ListedPart
 * @property {string} uri
 * @property {number} durationS
 * @property {boolean} isIndependent
 * @property {boolean} isGap   there is nothing to fetch
 */

/**
 * @typedef {object} ListedSegment
 * @property {number} ordinal
 * @property {string | null} uri   null: it is still being made
 * @property {number} durationS    so far
 * @property {number | null} dateMs   when it began, by the server's clock
 * @property {boolean} isGap       there is nothing to fetch
 * @property {ListedPart[]} parts  empty when they are not listed (any more)
 */

/**
 * @typedef {object} MediaList
 * @property {number} targetS
 * @property {boolean} canBlock   the server holds the answer until there is something new
 * @property {string | null} map  what a decoder needs first; null: not in this (short) list
 * @property {number} first     the oldest segment's ordinal, also where a short list leaves that out
 * @property {ListedSegment[]} segments   oldest first
 * @property {string | null} hint   the part that comes next
 * @property {boolean} hasEnded
 */

/**
 * The renditions of a multivariant playlist.
 * @param {string} text
 * @param {string} url   of the playlist: those of the renditions are beside it
 * @returns {Rendition[]}
 */
export function renditionsIn(text, url) {
  const folder = url.slice(0, url.lastIndexOf('/') + 1);
  const lines = linesOf(text);
  const at = lines.findIndex((line) => line.startsWith('#EXT-X-STREAM-INF:'));
  if (at < 0) return [];
  const variant = attributesIn(lines[at]);
  const uri = lines.slice(at + 1).find((line) => !line.startsWith('#'));
  const sounds = lines.filter((line) => line.startsWith('#EXT-X-MEDIA:')).map(attributesIn)
    .filter((media) => media.TYPE === 'AUDIO' && media.URI);
  const sound = sounds.find((media) => media.DEFAULT === 'YES') ?? sounds[0];
  const codecs = (variant.CODECS ?? '').split(',').map((codec) => codec.trim());
  const video = variant.RESOLUTION ? codecs[0] : null;
  // The sounds of a group may be of several kinds; the first that stands there is taken for ours.
  const audio = codecs.find((codec) => codec !== video) ?? null;
  return [
    video && { kind: 'video', uri: folder + uri, codec: video },
    audio && { kind: 'audio', uri: folder + (sound?.URI ?? uri), codec: lowered(audio) },
  ].filter(Boolean);
}

/** Browsers know Opus and FLAC by their names in small letters. */
function lowered(codec) { return codec.includes('.') ? codec : codec.toLowerCase(); }

/** A media playlist. Throws when this is none. @returns {MediaList} */
export function mediaListIn(text) {
  if (!text.startsWith('#EXTM3U')) throw new RangeError('no list');
  const reader = new MediaListReader();
  for (const line of linesOf(text)) reader.read(line);
  return reader.list;
}

class MediaListReader {
  /** @type {MediaList} */
  list = {
    targetS: 0, canBlock: false, map: null, first: 0, segments: [], hint: null, hasEnded: false,
  };
  #ordinal = 0;
  #next = null;

  read(line) {
    if (!line.startsWith('#')) {
      this.#begun.uri = line;
      this.#next = null;
      this.#ordinal += 1;
      return;
    }
    const [, tag, value] = /^#([^:]*):?(.*)$/.exec(line);
    this.#readTag(tag, value, line);
  }

  #readTag(tag, value, line) {
    switch (tag) {
      case 'EXT-X-TARGETDURATION': this.list.targetS = Number(value); break;
      case 'EXT-X-SERVER-CONTROL':
        this.list.canBlock = attributesIn(line)['CAN-BLOCK-RELOAD'] === 'YES';
        break;
      case 'EXT-X-MEDIA-SEQUENCE':
        this.list.first = Number(value);
        this.#ordinal = this.list.first;
        break;
      case 'EXT-X-SKIP': this.#ordinal += Number(attributesIn(line)['SKIPPED-SEGMENTS']); break;
      case 'EXT-X-MAP': this.list.map = attributesIn(line).URI; break;
      case 'EXT-X-PROGRAM-DATE-TIME': this.#begun.dateMs = Date.parse(value); break;
      case 'EXT-X-GAP': this.#begun.isGap = true; break;
      case 'EXT-X-PART': this.#readPart(attributesIn(line)); break;
      case 'EXTINF': this.#begun.durationS = parseFloat(value); break;
      case 'EXT-X-PRELOAD-HINT': this.list.hint = attributesIn(line).URI; break;
      case 'EXT-X-ENDLIST': this.list.hasEnded = true; break;
      default:
    }
  }

  #readPart(part) {
    const durationS = Number(part.DURATION);
    this.#begun.durationS += durationS;
    this.#begun.parts.push({
      uri: part.URI,
      durationS,
      isIndependent: part.INDEPENDENT === 'YES',
      isGap: part.GAP === 'YES',
    });
  }

  /** The segment whose lines come now. */
  get #begun() {
    if (this.#next === null) {
      this.#next = {
        ordinal: this.#ordinal, uri: null, durationS: 0, dateMs: null, isGap: false, parts: [],
      };
      this.list.segments.push(this.#next);
    }
    return this.#next;
  }
}

function linesOf(text) { return text.split(/\r?\n/).filter((line) => line !== ''); }

/** @returns {Record<string, string>} */
function attributesIn(line) {
  const found = line.slice(line.indexOf(':') + 1).matchAll(/([A-Z0-9-]+)=("([^"]*)"|[^",]*)/g);
  return Object.fromEntries(
    [...found].map(([, name, plain, quoted]) => [name, quoted ?? plain]));
}
