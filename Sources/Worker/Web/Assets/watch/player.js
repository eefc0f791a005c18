// The player of one stream: joins what the viewer wants, what the server says about the broadcast and
// what the network does to one source of media after the other. Its state follows from the facts it
// keeps (player-state.js).

import { Follower } from './follower.js';
import { LiveSource, isStreamable } from './live-source.js';
import { PlainPlayer } from './plain-player.js';
import { FIRST_FACTS, mayBeThere, stateOf } from './player-state.js';
import { Reception } from './reception.js';

/** So long without a byte although the broadcast goes on, and the connection is taken for dead. */
const SILENCE_MS = 6_000;
const WATCH_MS = 1_000;
/** Undecodable media twice within this time is not an accident. */
const ACCIDENT_MS = 30_000;
/** The oldest media in the ring is about to be overwritten. */
const RING_MARGIN_S = 1;

/** @typedef {import('./player-state.js').PlayerState} PlayerState */

export class Player {
  /** @type {PlayerState} */
  state = 'connecting';
  /** What the server says about the stream; null when it knows nothing. */
  stream = null;
  /** Of what plays or was to play. */
  mimeType = '';
  /** Why there is no media although there might be: 'network', 'busy' or 'codec', 'damaged'. */
  trouble = null;
  /** From the start of the navigation to the first picture. */
  firstFrameMs = null;
  /** The browser wants the viewer to press something before it plays. */
  needsPress = false;

  #facts = { ...FIRST_FACTS };
  #video;
  #sound;
  #still;
  #onChange;
  #source = null;
  #sourceIsOpen = false;
  #reception;
  #follower;
  #liveSinceMs = 0;
  #undecodableAtMs = -Infinity;
  #ownPause = false;

  /**
   * @param {object} given
   * @param {string} given.name
   * @param {HTMLVideoElement} given.video
   * @param {import('./sound.js').Sound} given.sound
   * @param {import('./still.js').Still} given.still
   * @param {() => void} given.onChange   of the state, or of what goes with it
   */
  constructor({ name, video, sound, still, onChange }) {
    this.#video = video;
    this.#sound = sound;
    this.#still = still;
    this.#onChange = onChange;
    this.#reception = new Reception(name, (...answer) => this.#answered(...answer));
    this.#follower = new Follower(video, {
      onBegin: () => { if (!this.#facts.isPaused) this.#play(); },
      onDry: (isDry) => this.#know({ isDry }),
      // Not while the media from further back is still on its way.
      onNearEdge: () => { if (!this.#reception.isBusy) this.#setRewound(false); },
      onUnreachable: () => this.#reception.ask(0),
    });
    this.#listen();
    setInterval(() => this.#watch(), WATCH_MS);
  }

  start() { this.#reception.begin(); }

  // What is known

  get facts() { return this.#facts; }

  get behindS() { return this.#follower.behindS; }

  get isAtEdge() { return !this.#facts.isRewound && !this.#facts.isPaused; }

  /** How far back the viewer can go. */
  get reachS() {
    const ringS = (this.stream?.rewindMs ?? 0) / 1000 - RING_MARGIN_S;
    return Math.max(0, ringS, this.behindS);
  }

  /** Figures for tests and for the curious. */
  report() {
    return {
      state: this.state,
      codec: this.mimeType,
      latencyS: this.behindS,
      targetS: this.#follower.targetS,
      bufferedS: this.#follower.aheadS,
      rate: this.#video.playbackRate,
      stalls: this.#follower.stalls,
      jumps: this.#follower.jumps,
      reconnects: this.#reception.retries,
      firstFrameMs: this.firstFrameMs,
    };
  }

  // What the viewer wants

  toggle() {
    if (this.#facts.isPaused) this.play();
    else this.pause();
  }

  pause() {
    this.#know({ isPaused: true });
    this.#follower.setFollowing(false);
    this.#ownPause = !this.#video.paused;
    this.#video.pause();
  }

  play() {
    const { behindS } = this.#follower;
    this.needsPress = false;
    this.#know({ isPaused: false });
    this.#setRewound(!this.#follower.isNearEdge);
    if (this.#facts.hasMedia && (this.#sourceIsOpen || this.#follower.aheadS > 0)) this.#play();
    else if (!this.#facts.isRefused) this.#reception.ask(this.#facts.isRewound ? behindS : 0);
  }

  /** To so many seconds before the live edge. */
  rewindTo(behindS) {
    const wantedS = Math.min(behindS, this.reachS);
    if (wantedS <= this.#follower.targetS + 1) {
      this.goLive();
      return;
    }
    this.#setRewound(true);
    if (!this.#follower.seek(wantedS)) this.#reception.ask(wantedS);
    if (this.#facts.isPaused) this.play();
  }

  goLive() {
    const wasHeldBack = !this.#follower.seekToEdge();
    this.#know({ isPaused: false });
    this.#setRewound(false);
    if (wasHeldBack || !this.#sourceIsOpen) this.#reception.ask(0);
    this.#play();
  }

  /** After an obstacle or a failure, because the viewer says so. */
  tryAgain() {
    this.trouble = null;
    this.#know({ hasObstacle: false, isRefused: false });
    this.#reception.ask(0);
  }

  // What the server says

  /** @param {object | null} stream   as the API describes it; null: not known there */
  setStream(stream) {
    const before = this.stream;
    this.stream = stream;
    const broadcast = stream?.state ?? 'gone';
    const isNews = broadcast !== this.#facts.broadcast || stream?.startedAt !== before?.startedAt;
    if (broadcast === 'live' && this.#facts.broadcast !== 'live') {
      this.#liveSinceMs = performance.now();
    }
    this.#know({ broadcast });
    if (!mayBeThere(broadcast)) {
      if (this.#facts.isRefused) this.#reception.stop();
    } else if (isNews && this.#facts.hasObstacle && stream.mimeType !== this.mimeType) {
      this.tryAgain();
    } else if (isNews && this.#facts.isRefused) {
      this.#reception.ask(0);
    }
    this.#onChange();
  }

  /** The network is back, or the page. */
  wake() {
    if (!this.#sourceIsOpen && !this.#facts.hasObstacle) this.#reception.ask(this.#wantedBehindS);
  }

  /** Lets go of the network; `wake` goes on. */
  sleep() {
    this.#reception.stop();
    this.#source?.close();
    this.#sourceIsOpen = false;
  }

  // Sources

  get #wantedBehindS() { return this.#facts.isRewound ? this.behindS : 0; }

  #answered(answer, controller, behindS) {
    switch (answer.kind) {
      case 'media':
        this.#begin(answer, controller, behindS);
        break;
      case 'gone':
        this.trouble = null;
        this.#know({ isRefused: true, hasMedia: this.#facts.hasMedia && !this.#hasFinished });
        if (mayBeThere(this.#facts.broadcast)) this.#reception.askAgain(0, WATCH_MS);
        break;
      default:
        this.trouble = answer.kind === 'busy' ? 'busy' : 'network';
        if (this.#hasFinished) this.#know({ hasMedia: false });
        this.#reception.askAgain(this.#wantedBehindS, answer.retryAfterMs);
    }
    this.#onChange();
  }

  #begin(answer, controller, behindS) {
    const isOtherBroadcast = answer.mimeType !== this.mimeType;
    this.mimeType = answer.mimeType;
    const handlers = {
      onMedia: () => { if (this.#source === source) this.#noteMedia(); },
      onEnd: (cause) => { if (this.#source === source) this.#noteEnd(cause); },
    };
    const source = this.#makeSource({ ...answer, ...handlers, video: this.#video, controller });
    if (!source) {
      controller.abort();
      this.#refuse('codec');
      return;
    }
    this.#still.hold();
    this.#source?.close();
    this.#source = source;
    this.#sourceIsOpen = true;
    this.trouble = null;
    this.#follower.take(source, behindS, isOtherBroadcast);
    source.begin();
    this.#awaitPicture(source);
    this.#know({ hasMedia: true, isRefused: false, hasObstacle: false, isDry: false });
  }

  /** Null when this browser does not play the type. */
  #makeSource(given) {
    if (isStreamable(given.mimeType)) return new LiveSource(given);
    // Matroska is played by some who do not say so.
    const mayPlay = this.#video.canPlayType(given.mimeType) !== ''
      || given.mimeType.startsWith('video/x-matroska');
    if (!mayPlay) return null;
    given.controller.abort();
    return new PlainPlayer(given);
  }

  #noteMedia() {
    this.#reception.noteSuccess();
    this.#follower.noteMedia();
  }

  #noteEnd(cause) {
    this.#sourceIsOpen = false;
    if (cause === 'unplayable') {
      this.#refuse('codec');
    } else if (cause === 'undecodable') {
      this.#noteUndecodable();
    } else if (cause === 'complete') {
      // A rewound viewer first sees the rest; everybody else wants what comes next.
      if (!this.#facts.isRewound && !this.#facts.isPaused) this.#reception.askAgain(0);
    } else if (!this.#facts.isPaused) {
      this.trouble = 'network';
      this.#know({ hasMedia: false });
      this.#reception.askAgain(this.#wantedBehindS);
    }
    this.#onChange();
  }

  /** Everything of a complete source has been played. */
  get #hasFinished() { return !this.#sourceIsOpen && this.#video.ended; }

  #noteFinished() {
    if (!this.#hasFinished || this.#reception.isBusy) return;
    this.#setRewound(false);
    this.#know({ hasMedia: !this.#facts.isRefused });
    if (!this.#facts.isRefused) this.#reception.ask(0);
  }

  #noteUndecodable() {
    const nowMs = performance.now();
    const isAgain = nowMs - this.#undecodableAtMs < ACCIDENT_MS;
    this.#undecodableAtMs = nowMs;
    this.#source.close();
    if (isAgain) {
      this.#refuse('damaged');
      return;
    }
    this.#know({ hasMedia: false });
    this.#reception.askAgain(0);
  }

  #refuse(trouble) {
    this.trouble = trouble;
    this.#reception.stop();
    this.#source?.close();
    this.#sourceIsOpen = false;
    this.#know({ hasObstacle: true, hasMedia: false });
  }

  /** Looks for a connection that has died without a word. */
  #watch() {
    if (!this.#sourceIsOpen || this.#facts.broadcast !== 'live' || this.#facts.isPaused) return;
    const nowMs = performance.now();
    if (!this.#source.isAtEdge(nowMs)) return;
    const silentSinceMs = Math.max(this.#source.lastBytesAtMs, this.#liveSinceMs);
    if (nowMs - silentSinceMs < SILENCE_MS || this.#reception.isBusy) return;
    this.#source.close();
    this.#noteEnd('broken');
  }

  // The element

  #listen() {
    this.#video.addEventListener('ended', () => this.#noteFinished());
    this.#video.addEventListener('pause', () => this.#notePause());
    this.#video.addEventListener('play', () => { if (this.#facts.isPaused) this.play(); });
    this.#video.addEventListener('error', () => {
      const isDecoding = this.#video.error?.code === MediaError.MEDIA_ERR_DECODE;
      if (this.#sourceIsOpen && this.#source.canSeek && isDecoding) this.#noteEnd('undecodable');
    });
  }

  /** A pause by somebody else is the viewer's: the media key, the small window, the phone's lock. */
  #notePause() {
    if (this.#ownPause || this.#video.ended || document.hidden) {
      this.#ownPause = false;
      return;
    }
    if (!this.#facts.isPaused) this.pause();
  }

  async #play() {
    if (await this.#sound.play()) return;
    this.needsPress = true;
    this.#know({ isPaused: true });
    this.#onChange();
  }

  #awaitPicture(source) {
    const listeners = new AbortController();
    const shown = () => {
      listeners.abort();
      if (this.#source !== source) return;
      this.#still.clear();
      this.firstFrameMs ??= performance.now();
      this.#know({ hasPlayed: true });
    };
    // A hidden page is shown no pictures, and some broadcasts have none: then time tells.
    let startS = null;
    this.#video.addEventListener('timeupdate', () => {
      if (this.#source !== source) listeners.abort();
      startS ??= this.#video.currentTime;
      if (this.#video.currentTime > startS && !this.#video.seeking) shown();
    }, { signal: listeners.signal });
    this.#video.requestVideoFrameCallback?.(shown);
  }

  #setRewound(isRewound) {
    this.#know({ isRewound });
    this.#follower.setFollowing(!isRewound && !this.#facts.isPaused);
  }

  #know(news) {
    const isNew = Object.entries(news).some(([fact, value]) => this.#facts[fact] !== value);
    if (!isNew) return;
    Object.assign(this.#facts, news);
    this.state = stateOf(this.#facts);
    this.#onChange();
  }
}
