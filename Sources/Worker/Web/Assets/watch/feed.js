// One source of media after another in the video element: asks for media, chooses how to play it,
// swaps sources without a flash, notices when one dies. The player decides what to ask for next.

import { via } from './first-request.js';
import { listsUrl } from './lists-request.js';
import { LiveSource } from './live-source.js';
import { mediaUrl } from './media-request.js';
import { isStreamable, readsLists } from './media-source.js';
import { PLAIN_LEAD_IN_S, PlainPlayer } from './plain-player.js';
import { Reception } from './reception.js';
import { WayChoice } from './way-choice.js';
import { waysToPlay } from './ways.js';

/** After this long without a byte in a live broadcast, the connection is taken for dead. */
const SILENCE_MS = 6_000;
/** Undecodable media twice within this time is not an accident. */
const ACCIDENT_MS = 30_000;

/**
 * @typedef {import('./list-sources.js').PieceSource} PieceSource
 * @typedef {import('./list-sources.js').ListsPlayer} ListsPlayer
 * @typedef {LiveSource | PieceSource | PlainPlayer | ListsPlayer} Source
 */

/**
 * @typedef {object} FeedHandlers
 * @property {(source: Source, behindS: number, isOtherType: boolean) => void} onTake
 *   a source is about to take the element over
 * @property {(span: {startS: number, endS: number}) => void} onBeginning   so much is about to be
 *   there, before the element knows of it
 * @property {() => void} onMedia        there is more to play
 * @property {(cause: 'complete' | 'broken') => void} onEnd   nothing more will come
 * @property {() => void} onWay          another way to play, or another time line, is worth a new
 *   response
 * @property {() => void} onGone         there is no media under this name now
 * @property {(trouble: import('./media-request.js').Trouble, leastMs?: number) => void} onFailure
 * @property {(trouble: 'codec' | 'damaged') => void} onObstacle
 */

export class Feed {
  /** Of what plays or was to play. */
  mimeType = '';
  /** Whether more may come from the source in the element. */
  isOpen = false;
  reception;

  #name;
  #video;
  #still;
  #handlers;
  #ways = new WayChoice([]);
  /** @type {Source | null} */
  #source = null;
  /** Another response was asked for on account of what this source brings. */
  #isMoving = false;
  #undecodableAtMs = -Infinity;

  /**
   * @param {object} given
   * @param {string} given.name   of the stream
   * @param {HTMLVideoElement} given.video
   * @param {import('./still.js').Still} given.still
   * @param {FeedHandlers} given.handlers
   */
  constructor({ name, video, still, handlers }) {
    this.#name = name;
    this.#video = video;
    this.#still = still;
    this.#handlers = handlers;
    this.reception = new Reception(name, (...answer) => this.#answered(...answer));
    video.addEventListener('error', () => {
      const isDecoding = video.error?.code === MediaError.MEDIA_ERR_DECODE;
      if (this.isOpen && this.#source.canSeek && isDecoding) this.#noteEnd('undecodable');
    });
  }

  /** Everything there was has been played. */
  get hasFinished() { return !this.isOpen && this.#video.ended; }

  /**
   * Whether nothing has come for so long that the connection is taken for dead.
   * @param {number} sinceMs   before that, nothing could come
   */
  isSilent(sinceMs) {
    const nowMs = performance.now();
    if (this.reception.isBusy || !this.isOpen || !this.#source.isAtEdge(nowMs)) return false;
    const silenceMs = this.#source.silenceMs ?? SILENCE_MS;
    return nowMs - Math.max(this.#source.lastBytesAtMs, sinceMs) > silenceMs;
  }

  /**
   * What is left out, whether only until it comes again, and whether because it cannot be decoded;
   * null: nothing.
   * @returns {{kind: 'video' | 'audio', isForNow: boolean, isDamaged: boolean} | null}
   */
  get lack() {
    const kind = this.#source?.lacks ?? null;
    return kind ? { kind, isForNow: false, isDamaged: false } : this.#ways.lack;
  }

  /** What the tracks bring; null when that is not known. */
  get tracks() { return this.#source?.tracks ?? null; }

  get isPlain() { return this.isOpen && !this.#source.canSeek; }

  /** How long what the element reads by itself may take to show something. */
  get patienceMs() { return this.#source?.patienceMs ?? Infinity; }

  /** How the broadcast comes; null when nothing is played. @returns {import('./via.js').Via | null} */
  get via() { return this.#source ? this.#ways.way?.via ?? null : null; }

  /** How far back the source reaches, if it knows. */
  get reachS() { return this.#source?.reachS ?? Infinity; }

  get canGoBack() { return this.reachS > 0; }

  /**
   * The connection is taken for dead.
   * @param {'complete' | 'broken'} cause   complete: there was nothing more to come
   */
  breakOff(cause) {
    this.#closeSource();
    this.#noteEnd(cause);
  }

  /** Nothing is shown: the next response is played in another way, if there is one as good. */
  tryOtherWay() { this.#ways.alternate(); }

  /** The element shows nothing of it. */
  noteUnplayable() { this.#noteEnd('unplayable'); }

  /** Lets go of the network; what is in hand stays in the element. */
  close() {
    this.reception.stop();
    this.#closeSource();
    this.isOpen = false;
  }

  /** What the element reads by itself takes its last picture with it. */
  #closeSource() {
    if (this.#source?.followsItself) this.#still.hold();
    this.#source?.close();
  }

  /** All ways are worth a try again. */
  forgetFailures() { this.#ways.reset(); }

  #answered(answer, controller, behindS) {
    switch (answer.kind) {
      case 'media': return this.#take(answer, controller, behindS);
      case 'gone': return this.#handlers.onGone();
      case 'early': return this.#noteEarly(answer);
      case 'busy': return this.#handlers.onFailure('busy', answer.retryAfterMs);
      case 'stranger':
      case 'unreached':
      case 'refused': return this.#handlers.onFailure(answer.kind);
      default: return this.#handlers.onFailure('network', answer.retryAfterMs);
    }
  }

  /** @returns {boolean} whether it is another type than before */
  #noteType(mimeType) {
    if (mimeType === this.mimeType) return false;
    this.mimeType = mimeType;
    this.#ways = new WayChoice(this.#waysFor(mimeType));
    return true;
  }

  /** Lists that would be of no use need not be waited for. */
  #noteEarly({ mimeType, retryAfterMs }) {
    this.#noteType(mimeType);
    if (this.#ways.way) this.#handlers.onFailure('early', retryAfterMs);
    else this.#giveUp('codec');
  }

  #take({ response, renditions, mimeType, sources }, controller, behindS) {
    const isOtherType = this.#noteType(mimeType);
    const { way } = this.#ways;
    const asksForLists = way?.via !== 'webm';
    if (!way || asksForLists !== (response === null)) {
      controller.abort();
      if (!way) return this.#giveUp('codec');
      this.reception.asksForLists = asksForLists;
      return this.reception.ask(behindS);
    }
    const source = this.#makeSource(way, {
      response, renditions, mimeType, controller, behindS, sources, video: this.#video,
      chooseWay: (tracks) => this.#ways.choose(tracks),
      onBeginning: (span) => this.#handlers.onBeginning(span),
      onMedia: () => { if (this.#source === source) this.#noteMedia(); },
      onEnd: (cause) => { if (this.#source === source) this.#noteEnd(cause); },
    });
    this.#still.hold();
    this.#source?.close();
    this.#source = source;
    this.#isMoving = false;
    this.isOpen = true;
    this.#handlers.onTake(source, behindS, isOtherType);
    source.begin();
  }

  #waysFor(mimeType) {
    return waysToPlay(mimeType, {
      streams: isStreamable,
      // Matroska is played by some who do not say so.
      plays: (type) => (
        this.#video.canPlayType(type) !== '' || type.startsWith('video/x-matroska')),
      readsLists: readsLists(),
      sendsLists: 'webkitShowPlaybackTargetPicker' in this.#video,
    }, via);
  }

  #makeSource({ kind, parts, lacks }, given) {
    switch (kind) {
      case 'pieces': {
        const kinds = parts.map((part) => part.kind);
        // It is looked out for, so that it can come back.
        if (this.#ways.lack?.isForNow) kinds.push(lacks);
        return new given.sources.PieceSource({ ...given, kinds });
      }
      case 'lists':
        given.controller.abort();
        return new given.sources.ListsPlayer({
          ...given, url: this.#listFor(lacks, given.renditions),
        });
      case 'plain': {
        given.controller.abort();
        const url = mediaUrl(this.#name, Math.max(given.behindS, PLAIN_LEAD_IN_S));
        return new PlainPlayer({ ...given, url });
      }
      default: return new LiveSource(given);
    }
  }

  /** The list that has all but what is left out. */
  #listFor(lacks, renditions) {
    const picture = renditions.find(({ kind }) => kind === 'video');
    if (lacks === 'audio' && picture) return picture.uri;
    return listsUrl(this.#name, lacks === 'video');
  }

  #noteMedia() {
    this.reception.noteSuccess();
    this.#handlers.onMedia();
    if (!this.tracks || this.#isMoving) return;
    if (!this.#ways.isToChange(this.tracks) && !this.tracks.hasJumpedBack) return;
    this.#isMoving = true;
    this.#handlers.onWay();
  }

  #noteEnd(cause) {
    this.isOpen = false;
    switch (cause) {
      case 'unplayable': return this.#noteFailed('codec');
      case 'undecodable': return this.#noteUndecodable();
      default: return this.#handlers.onEnd(cause);
    }
  }

  /** Once may be an accident: a fresh response begins at a key frame. */
  #noteUndecodable() {
    const nowMs = performance.now();
    const isAgain = nowMs - this.#undecodableAtMs < ACCIDENT_MS;
    this.#undecodableAtMs = nowMs;
    this.#closeSource();
    if (isAgain) this.#noteFailed('damaged');
    else this.#handlers.onEnd('broken');
  }

  #noteFailed(trouble) {
    this.#closeSource();
    if (this.#ways.fail(trouble === 'damaged')) this.#handlers.onEnd('broken');
    else this.#giveUp(trouble);
  }

  #giveUp(trouble) {
    this.close();
    this.#handlers.onObstacle(trouble);
  }
}
