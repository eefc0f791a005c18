// The player of one stream: joins what the viewer wants, what the server says about the broadcast,
// and the fate of the media. Its state follows from its facts (player-state.js).

import { Care } from './care.js';
import { hasSound } from './codecs.js';
import { Feed } from './feed.js';
import { Follower } from './follower.js';
import { awaitPicture } from './picture.js';
import { FIRST_FACTS, mayBeThere, stateOf } from './player-state.js';
import { Remainder } from './remainder.js';

const WATCH_MS = 1_000;
/** A broadcast whose tracks come and go is not asked for again and again. */
const MOVE_ON_EVERY_MS = 3_000;
/** The oldest media in the ring is about to be overwritten. */
const RING_MARGIN_S = 1;
/** A wish for a place no further from the live edge than this is a wish for the edge. */
const AT_EDGE_S = 1;

/** @typedef {import('./player-state.js').PlayerState} PlayerState */

export class Player {
  /** @type {PlayerState} */
  state = 'connecting';
  /** What the server says about the stream; null when it knows nothing. */
  stream = null;
  /** Why there is nothing to see: a failure of its feed, 'codec' or 'damaged'; else null. */
  trouble = null;
  /** From the start of the navigation to the first picture. */
  firstFrameMs = null;
  /** The browser wants the viewer to press something before it plays. */
  needsPress = false;
  /** Sound plays, and no picture is shown although pictures come. */
  isBlind = false;

  #facts = { ...FIRST_FACTS };
  #video;
  #sound;
  #still;
  #onChange;
  #feed;
  #follower;
  #care;
  #remainder = new Remainder();
  #wayAtMs = -Infinity;
  #liveSinceMs = 0;
  #isAsleep = false;
  #pausing = false;
  #stopAwaiting = () => {};

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
    this.#feed = new Feed({ name, video, still, handlers: this.#feedHandlers() });
    this.#follower = new Follower(video, {
      onBegin: () => { if (!this.#facts.isPaused) this.#play(); },
      onDry: (isDry) => this.#know({ isDry }),
      // Not while the media from further back is still on its way.
      onNearEdge: () => { if (!this.#feed.reception.isBusy) this.#setRewound(false); },
      onUnreachable: () => this.#ask(0),
    });
    this.#care = new Care(video, this.#feed, this.#careHandlers());
    video.addEventListener('ended', () => this.#noteFinished());
    video.addEventListener('pause', () => this.#notePause());
    video.addEventListener('play', () => { if (this.#facts.isPaused) this.play(); });
    setInterval(() => this.#watch(), WATCH_MS);
  }

  start() { this.#feed.reception.begin(); }

  // What is known

  get facts() { return this.#facts; }

  get mimeType() { return this.#feed.mimeType; }

  get behindS() { return this.#follower.behindS; }

  /** How old the picture is. */
  get lagS() { return this.#follower.lagS; }

  /** Nothing has come for a while. */
  get isQuiet() { return this.state === 'reconnecting' || this.#follower.isQuiet; }

  /** What is left out of what comes. */
  get lack() { return this.#feed.lack; }

  get hasSound() { return hasSound(this.mimeType) && this.lack?.kind !== 'audio'; }

  get isAtEdge() { return !this.#facts.isRewound && !this.#facts.isPaused; }

  /** How far back the viewer can go. */
  get reachS() {
    if (!this.#feed.canGoBack) return 0;
    const ringS = (this.stream?.rewindMs ?? 0) / 1000 - RING_MARGIN_S;
    return Math.max(0, Math.min(ringS, this.#feed.reachS), this.behindS);
  }

  /** How the broadcast comes. */
  get via() { return this.#feed.via; }

  /** Figures for tests and for the curious. */
  report() {
    const { state, mimeType, lagS, via, lack, firstFrameMs } = this;
    const { targetS, aheadS, stalls, jumps } = this.#follower;
    return {
      state, via, stalls, jumps, targetS, firstFrameMs,
      codec: mimeType,
      latencyS: lagS,
      bufferedS: aheadS,
      rate: this.#video.playbackRate,
      reconnects: this.#feed.reception.retries,
      isAsleep: this.#isAsleep,
      lacks: lack?.kind ?? null,
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
    this.#pausing = !this.#video.paused;
    this.#video.pause();
  }

  play() {
    const { lagS, aheadS, targetS } = this.#follower;
    const isNearEdge = this.#isAsleep ? lagS < targetS + AT_EDGE_S : this.#follower.isNearEdge;
    this.needsPress = false;
    this.#unpause(!isNearEdge);
    if (this.#facts.hasMedia && (this.#feed.isOpen || aheadS > 0)) this.#play();
    else if (!this.#facts.isRefused && !this.#feed.reception.isBusy) this.#ask(this.#wantedBehindS);
  }

  /** To so many seconds before the live edge. */
  rewindTo(behindS) {
    if (!this.#feed.canGoBack) return;
    const wantedS = Math.min(behindS, this.reachS);
    if (wantedS <= this.#follower.targetS + AT_EDGE_S) {
      this.goLive();
      return;
    }
    const wasAsleep = this.#isAsleep;
    this.#unpause(true);
    if (wasAsleep || !this.#follower.seek(wantedS)) this.#ask(wantedS);
    this.#play();
  }

  goLive() {
    const isInHand = this.#follower.seekToEdge();
    this.#unpause(false);
    if (!isInHand || !this.#feed.isOpen) this.#ask(0);
    this.#play();
  }

  /** After an obstacle or a failure, because the viewer says so. */
  tryAgain() {
    this.trouble = null;
    this.#feed.forgetFailures();
    this.#know({ hasObstacle: false, isRefused: false });
    this.#ask(0);
  }

  // What the server says

  /** @param {object | null} stream   as the API describes it; null: not known there */
  setStream(stream) {
    const before = this.stream;
    const broadcastBefore = this.#facts.broadcast;
    this.stream = stream;
    const broadcast = stream?.state ?? 'gone';
    this.#follower.setInterrupted(broadcast !== 'live');
    if (broadcast === 'live' && broadcastBefore !== 'live') this.#liveSinceMs = performance.now();
    this.#know({ broadcast });
    const isOther = stream?.startedAt !== before?.startedAt;
    const isNews = broadcast !== broadcastBefore || isOther;
    if (isOther) this.#feed.forgetFailures();
    if (isNews) this.#noteNews();
    this.#onChange();
  }

  #noteNews() {
    const { broadcast, isRefused, hasObstacle } = this.#facts;
    if (!mayBeThere(broadcast)) {
      if (isRefused) this.#feed.reception.stop();
      // This may be news long after everything has been played.
      if (isRefused && this.#feed.hasFinished) this.#know({ hasMedia: false });
    } else if (hasObstacle && this.stream.mimeType !== this.mimeType) {
      this.tryAgain();
    } else if (isRefused) {
      this.#ask(0);
    }
  }

  /** The network is back, or the page: no need to wait any longer. */
  wake() {
    const { broadcast, hasObstacle, isPaused } = this.#facts;
    const isIdle = !this.#feed.isOpen && !this.#feed.reception.isAsking;
    if (!isIdle || hasObstacle || isPaused || !mayBeThere(broadcast)) return;
    this.#ask(this.#wantedBehindS);
  }

  /** Lets go of the network; `wake` goes on. */
  letGo() { this.#feed.close(); }

  /** It is neither seen nor heard: lets go of the network until `rouse`, whatever happens. */
  sleep() {
    if (this.#isAsleep) return;
    this.#isAsleep = true;
    this.letGo();
  }

  /** Goes on at the live edge, or from where a rewound viewer is. */
  rouse() {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    this.wake();
  }

  // What becomes of the media

  get #wantedBehindS() { return this.#facts.isRewound ? this.lagS : 0; }

  #ask(behindS) {
    if (!this.#isAsleep) this.#feed.reception.ask(behindS);
  }

  /** @returns {import('./feed.js').FeedHandlers} */
  #feedHandlers() {
    return {
      onTake: (...taken) => this.#noteTake(...taken),
      onBeginning: (span) => this.#follower.noteBeginning(span),
      onMedia: () => {
        this.#care.noteMedia();
        this.#follower.noteMedia();
      },
      onEnd: (cause) => this.#noteEnd(cause),
      onWay: () => this.#moveOn(),
      onGone: () => this.#noteGone(),
      onFailure: (trouble, leastMs) => this.#noteFailure(trouble, leastMs),
      onObstacle: (trouble) => {
        this.trouble = trouble;
        this.#know({ hasObstacle: true, hasMedia: false });
      },
    };
  }

  #careHandlers() {
    return {
      isExpected: () => this.#isExpected,
      onVerdict: (verdict) => {
        this.isBlind = verdict === 'no-picture';
        this.#know({ isStuck: verdict === 'still' });
        this.#onChange();
      },
      seek: () => this.#follower.seekToEdge(),
      askAgain: () => { if (!this.#feed.reception.isBusy) this.#ask(this.#wantedBehindS); },
    };
  }

  /** Whether something should be moving. */
  get #isExpected() {
    const { broadcast, hasMedia, isPaused } = this.#facts;
    const isOn = broadcast === 'live' && this.stream.joinable !== false;
    const isPlaying = !this.#video.paused || !this.#follower.hasBegun;
    return isOn && hasMedia && !isPaused && !this.#isAsleep && isPlaying;
  }

  /** What comes is played in another way from now on, with a response of its own. */
  #moveOn() {
    if (this.#isAsleep) return;
    const nowMs = performance.now();
    const leastMs = Math.max(0, this.#wayAtMs + MOVE_ON_EVERY_MS - nowMs);
    this.#wayAtMs = nowMs + leastMs;
    this.#feed.reception.askAgain(this.#wantedBehindS, leastMs);
  }

  #noteTake(source, behindS, isOtherType) {
    this.trouble = null;
    this.#care.reset();
    this.#follower.take(source, behindS, isOtherType);
    this.#stopAwaiting();
    this.#stopAwaiting = awaitPicture(this.#video, () => this.#notePicture());
    this.#know({ hasMedia: true, isRefused: false, hasObstacle: false, isDry: false });
  }

  #noteGone() {
    this.trouble = null;
    this.#know({ isRefused: true, hasMedia: this.#facts.hasMedia && !this.#feed.hasFinished });
    if (mayBeThere(this.#facts.broadcast)) this.#feed.reception.askAgain(0, WATCH_MS);
    this.#onChange();
  }

  #noteFailure(trouble, leastMs) {
    this.trouble = trouble;
    // The last tenth of a second is not always played to its end.
    const { isDry, isRewound } = this.#facts;
    const isAtItsEnd = !this.#feed.isOpen && isDry && !isRewound;
    if (this.#feed.hasFinished || isAtItsEnd) this.#know({ hasMedia: false });
    this.#feed.reception.askAgain(this.#wantedBehindS, leastMs);
    this.#onChange();
  }

  #noteEnd(cause) {
    const { isRewound, isPaused } = this.#facts;
    // A viewer who has paused has enough in hand for now.
    if (isPaused) return;
    if (cause === 'broken') {
      this.trouble = 'network';
      this.#know({ hasMedia: false });
      this.#feed.reception.askAgain(this.#wantedBehindS);
    } else if (!isRewound) {
      this.#feed.reception.askAgain(0);
    }
    // A rewound viewer first sees the rest of a broadcast that is complete.
    this.#onChange();
  }

  #noteFinished() {
    if (!this.#feed.hasFinished || this.#feed.reception.isBusy) return;
    this.#setRewound(false);
    this.#know({ hasMedia: !this.#facts.isRefused });
    if (!this.#facts.isRefused) this.#ask(0);
  }

  /** Looks for what nobody tells: a connection that has died, media that is not played to its end. */
  #watch() {
    const { broadcast, isPaused } = this.#facts;
    // The server may have nothing yet that one could begin with; of an end, word may have been lost.
    const isDue = broadcast === 'live' ? this.stream.joinable !== false : !mayBeThere(broadcast);
    const isSilent = isDue && !isPaused && this.#feed.isSilent(this.#liveSinceMs);
    if (isSilent) this.#feed.breakOff(broadcast === 'live' ? 'broken' : 'complete');
    const { hasMedia, isRefused } = this.#facts;
    const isOver = isRefused || (!mayBeThere(broadcast) && !this.#feed.reception.isBusy);
    const isLeft = hasMedia && isOver && !isPaused && !this.#feed.isOpen && !document.hidden;
    const now = { nowMs: performance.now(), isLeft, positionS: this.#video.currentTime };
    if (this.#remainder.isSpent(now)) this.#know({ hasMedia: false, isRefused: true });
  }

  // The element

  async #play() {
    if (await this.#sound.play()) return;
    this.needsPress = true;
    this.#know({ isPaused: true });
    this.#onChange();
  }

  /** A pause from outside is the viewer's: a media key, the small window, the phone's lock. */
  #notePause() {
    const isOurs = this.#pausing;
    this.#pausing = false;
    // After an error the element pauses by itself.
    const isItsOwn = this.#video.ended || this.#video.error !== null;
    if (isOurs || isItsOwn || document.hidden || this.#facts.isPaused) return;
    this.pause();
  }

  #notePicture() {
    // Where only sound comes now, the last picture stays.
    if (!(this.lack?.kind === 'video' && this.lack.isForNow)) this.#still.clear();
    this.firstFrameMs ??= performance.now();
    this.#know({ hasPlayed: true });
  }

  /** In one step: a listener may rouse the player, which then asks for what is wanted. */
  #unpause(isRewound) {
    this.#know({ isPaused: false, isRewound });
    this.#follower.setFollowing(!isRewound);
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
