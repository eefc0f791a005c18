// Watches how playing goes, and keeps it near the live edge: notes what arrives, counts stalls,
// applies what LiveEdge decides. Knows the video element; knows nothing of requests or of the page.

import { EdgeClock } from './edge-clock.js';
import { LiveEdge } from './live-edge.js';

const TICK_MS = 200;
/** Longer without media is an interruption of the broadcast: no reason to keep more distance. */
const STALL_LONGEST_MS = 4_000;
/** After a still picture of this length, a viewer is glad to be at the live edge at once. */
const LONG_WAIT_MS = 3_000;
/** What there is has to do, after this. */
const BEGIN_LATEST_MS = 500;
/** Behind by so much more than the target is still "live". */
const NEAR_EDGE_S = 0.6;
/** A browser that follows by itself keeps three target durations away, which are 18 s for some. */
const NEAR_EDGE_OF_LISTS_S = 20;
const AFTER_MOVE_MS = 500;
const LAST_DROP_S = 0.2;
/** Enough to begin anew with after a stall. */
const RESTART_AHEAD_S = 0.35;
/** Where decoding from the last key frame takes so long, waiting is the shorter way. */
const SEEK_DEAR_S = 1;
/** While a page starts, its own work makes media arrive late. */
const SETTLING_MS = 1_000;
/** A seek within media in hand takes less. */
const SEEK_LONGEST_MS = 500;
/** A beginning that is no further from the best place is left as it is: a seek costs a moment. */
const NEAR_ENTRY_S = 0.15;
/** Into a range, not onto its first instant: browsers round differently. */
const INTO_RANGE_S = 0.01;

export class Follower {
  /** Off while the viewer has rewound or paused. */
  isFollowing = true;
  stalls = 0;
  jumps = 0;

  #video;
  #handlers;
  #clock = new EdgeClock();
  #edge = new LiveEdge();
  #source = null;
  #hasBegun = false;
  #firstMediaAtMs = null;
  #isSettled = false;
  /** How much there was at the beginning. */
  #entryAheadS = 0;
  /** Since when there is nothing left to play, and where the player was then. */
  #dry = null;
  /** How long it took to get to another place, the last time. */
  #seekS = 0;
  #isInterrupted = false;
  /** When playing last began at another place. */
  #movedAtMs = -Infinity;
  #seekingSinceMs = -Infinity;
  /** How old the picture was, and when that was known. */
  #known = null;

  /**
   * @param {HTMLVideoElement} video
   * @param {object} handlers
   * @param {() => void} handlers.onBegin               there is enough in hand to begin to play
   * @param {(isDry: boolean) => void} handlers.onDry   there is nothing left to play, or again
   * @param {() => void} handlers.onNearEdge            a rewound viewer has arrived at the edge
   * @param {() => void} handlers.onUnreachable         to jump, another response is needed
   */
  constructor(video, handlers) {
    this.#video = video;
    this.#handlers = handlers;
    video.preservesPitch = true;
    video.addEventListener('waiting', () => this.#noteWaiting());
    video.addEventListener('play', () => { this.#movedAtMs = performance.now(); });
    video.addEventListener('seeking', () => { this.#seekingSinceMs = performance.now(); });
    video.addEventListener('seeked', () => {
      this.#movedAtMs = performance.now();
      this.#seekS = (this.#movedAtMs - this.#seekingSinceMs) / 1000;
    });
    for (const event of ['playing', 'canplay', 'timeupdate']) {
      video.addEventListener(event, () => this.#noteMoving());
    }
    setInterval(() => this.#tick(), TICK_MS);
  }

  /**
   * Begins a new time line, `behindS` before the live edge (0: near it). What was learnt about the
   * way here still holds, unless it is another broadcast.
   */
  take(source, behindS, isOtherBroadcast) {
    if (isOtherBroadcast) this.#edge = new LiveEdge();
    this.#source = source;
    this.#hasBegun = false;
    this.#firstMediaAtMs = null;
    this.#isSettled = false;
    this.#dry = null;
    this.#clock.reset();
    if (behindS > 0) this.#clock.noteEdge(performance.now(), source.originS + behindS);
    this.#setRate(1);
    this.#edge.noteNormalRate();
  }

  // What is known

  get targetS() { return this.#edge.targetS; }

  /** Whether there was enough to begin to play. */
  get hasBegun() { return this.#hasBegun; }

  /** Distance to the live edge; 0 when nothing is known. */
  get behindS() {
    if (!this.#hasBegun) return 0;
    return this.#source.behindS
      ?? this.#clock.behindS(performance.now(), this.#video.currentTime) ?? this.aheadS;
  }

  /**
   * How old the picture is: it grows while nothing arrives, also while there is no connection.
   * 0 when nothing is known.
   */
  get lagS() {
    const saidS = this.#source?.lagS ?? null;
    if (saidS !== null) return saidS;
    const nowMs = performance.now();
    const ageS = this.#hasBegun ? this.#clock.ageS(nowMs, this.#video.currentTime) : null;
    if (ageS !== null) return ageS;
    if (!this.#hasBegun && this.#known) {
      return this.#known.lagS + (nowMs - this.#known.atMs) / 1000;
    }
    return this.aheadS + (this.#dry ? (nowMs - this.#dry.atMs) / 1000 : 0);
  }

  /** Whether nothing has come for a while, although it could. */
  get isQuiet() { return this.#clock.isQuiet(performance.now()); }

  /** Media in hand after the position. */
  get aheadS() {
    const range = this.#rangeAt(this.#video.currentTime);
    return range ? Math.max(0, range.endS - this.#video.currentTime) : 0;
  }

  get isNearEdge() {
    if (this.#source?.followsItself) return this.behindS < NEAR_EDGE_OF_LISTS_S;
    return this.behindS < this.targetS + NEAR_EDGE_S;
  }

  // What happens

  /**
   * So much is about to be there. An element that is told now where to begin shows that as its
   * first picture; told later, it has shown the key frame already, which may be seconds old.
   */
  noteBeginning({ startS, endS, pieceS = 0 }) {
    this.#clock.expectPieces(pieceS);
    this.#edge.expectPieces(pieceS);
    if (this.#source.followsItself) {
      // Some browsers load nothing before they are told to play.
      this.#hasBegun = true;
      this.#handlers.onBegin();
    } else if (this.isFollowing) this.#video.currentTime = this.#edge.entryS(startS, endS);
  }

  /** More media is in hand. */
  noteMedia() {
    const { buffered } = this.#video;
    if (buffered.length === 0) return;
    const nowMs = performance.now();
    this.#firstMediaAtMs ??= nowMs;
    if (this.#source.followsItself || this.#source.isAtEdge(nowMs)) {
      this.#clock.noteArrival(nowMs, buffered.end(buffered.length - 1));
    } else {
      this.#clock.noteHeldBack();
    }
    if (!this.#hasBegun) this.#beginWhenEnough(nowMs);
    else if (this.#dry) this.#restart();
  }

  /** Of a broadcast that has just begun there is not yet enough to play without a stall. */
  #beginWhenEnough(nowMs) {
    const { buffered } = this.#video;
    const [startS, endS] = [buffered.start(0), buffered.end(buffered.length - 1)];
    const isEnough = endS - startS >= this.targetS
      || nowMs - this.#firstMediaAtMs > BEGIN_LATEST_MS;
    if (!isEnough) return;
    this.#hasBegun = true;
    this.#edge.noteArrival(nowMs);
    this.#entryAheadS = endS - startS;
    if (this.#source.canSeek) {
      const entryS = this.isFollowing ? this.#edge.entryS(startS, endS) : startS;
      if (Math.abs(this.#video.currentTime - entryS) > NEAR_ENTRY_S || this.aheadS === 0) {
        this.#video.currentTime = entryS;
      }
    }
    this.#handlers.onBegin();
  }

  /** Moves to `behindS` before the live edge; false when that is not in hand. */
  seek(behindS) {
    if (this.#source?.followsItself) return this.#source.seek(behindS);
    const edgeS = this.#clock.edgeS(performance.now());
    if (edgeS === null || !this.#source.canSeek) return false;
    const range = this.#rangeAt(edgeS - behindS);
    if (!range) return false;
    this.#video.currentTime = edgeS - behindS;
    return true;
  }

  /** Moves near the live edge; false when it is not in hand. */
  seekToEdge() {
    const { buffered } = this.#video;
    const source = this.#source;
    if (source?.followsItself) return source.seek(0);
    if (buffered.length === 0 || !source?.canSeek || !source.isAtEdge(performance.now())) {
      return false;
    }
    const last = buffered.length - 1;
    this.#video.currentTime = this.#edge.entryS(buffered.start(last), buffered.end(last));
    return true;
  }

  setFollowing(isFollowing) {
    this.isFollowing = isFollowing;
    if (isFollowing) return;
    this.#setRate(1);
    this.#edge.noteNormalRate();
  }

  /** Whether the broadcast itself stands still, or is over: nothing can be learnt from that. */
  setInterrupted(isInterrupted) {
    this.#isInterrupted = isInterrupted;
    if (!isInterrupted) return;
    this.#clock.forgetArrivals();
    if (this.#dry) this.#dry.isStall = false;
  }

  #noteWaiting() {
    if (this.#video.seeking || !this.#hasBegun || this.#dry) return;
    const { behindS, aheadS } = this;
    const atMs = performance.now();
    // A viewer who has just moved expects a moment's wait, and one who has rewound is not near
    // enough to the edge to learn from.
    const isStall = this.isFollowing && atMs - this.#movedAtMs > AFTER_MOVE_MS;
    this.#dry = { atMs, behindS, aheadS, isStall, isRestarted: false };
    this.#handlers.onDry(true);
    this.#restart();
  }

  /**
   * Goes to where it should be, once there is enough in hand for that. Chromium goes on by itself
   * only with twice as much sound in hand as after the stall before, up to seconds, and that is
   * latency; a seek makes it forget.
   */
  #restart() {
    const mayMove = this.isFollowing && this.#source.canSeek && !this.#video.seeking
      && this.#seekS < SEEK_DEAR_S;
    if (!mayMove || this.#dry.isRestarted || this.aheadS < RESTART_AHEAD_S) return;
    this.#dry.isRestarted = true;
    const { currentTime } = this.#video;
    this.#video.currentTime = this.#edge.entryS(currentTime, currentTime + this.aheadS);
  }

  #noteMoving() {
    if (!this.#dry || this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    const nowMs = performance.now();
    const { atMs, behindS, aheadS, isStall } = this.#dry;
    // The last bytes of a broadcast that has stopped are not its return.
    if (this.#isInterrupted && this.aheadS < LAST_DROP_S) return;
    this.#dry = null;
    if (nowMs - atMs > LONG_WAIT_MS) this.#edge.noteReturn(nowMs);
    if (isStall && !this.#video.ended && nowMs - atMs < STALL_LONGEST_MS) {
      this.stalls += 1;
      this.#edge.noteStall({ nowMs, behindS, aheadS });
      this.#clock.noteStall();
    }
    this.#handlers.onDry(false);
  }

  // Again and again

  #tick() {
    if (!this.#hasBegun) {
      if (this.#firstMediaAtMs !== null) this.#beginWhenEnough(performance.now());
      return;
    }
    if (this.#source.followsItself) {
      if (!this.isFollowing && this.isNearEdge) this.#handlers.onNearEdge();
      return;
    }
    this.#settle();
    if (!this.#source.isAtEdge(performance.now())) this.#clock.noteHeldBack();
    this.#known = { lagS: this.lagS, atMs: performance.now() };
    if (this.#video.seeking && performance.now() - this.#seekingSinceMs > SEEK_LONGEST_MS) {
      this.#crossGap();
    }
    if (this.#video.seeking || this.#video.paused) return;
    // Not every browser says that it waits when it does so after a seek.
    if (this.#video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.#noteWaiting();
    if (this.#dry) this.#crossGap();
    if (this.isFollowing) this.#follow();
    else if (this.isNearEdge) this.#handlers.onNearEdge();
  }

  #settle() {
    if (this.#isSettled || performance.now() - this.#firstMediaAtMs < SETTLING_MS) return;
    this.#isSettled = true;
    this.#clock.forgetNeeds();
  }

  #follow() {
    const decision = this.#edge.decide({
      nowMs: performance.now(),
      behindS: this.behindS,
      aheadS: this.aheadS,
      positionS: this.#video.currentTime,
      neededS: this.#clock.neededS,
      seekS: this.#seekS,
    });
    if (decision.kind === 'rate') this.#setRate(decision.rate);
    if (decision.kind === 'jump') this.#jump(decision.toS);
  }

  #jump(toS) {
    if (this.#source.canSeek) {
      this.#video.currentTime = toS;
    } else {
      // Another response begins as far behind as this one did, so it must pay.
      if (this.aheadS < 2 * this.#entryAheadS) return;
      this.#handlers.onUnreachable();
    }
    this.jumps += 1;
  }

  /** A gap in the middle of the media will not be filled any more. */
  #crossGap() {
    const { buffered, currentTime } = this.#video;
    if (this.aheadS > LAST_DROP_S) return;
    for (let index = 0; index < buffered.length; index += 1) {
      const startS = buffered.start(index);
      if (startS > currentTime) {
        // More distance does not help against a hole.
        if (this.#dry) this.#dry.isStall = false;
        this.#video.currentTime = startS + INTO_RANGE_S;
        return;
      }
    }
  }

  #setRate(rate) {
    if (this.#video.playbackRate !== rate) this.#video.playbackRate = rate;
  }

  #rangeAt(timeS) {
    const { buffered } = this.#video;
    for (let index = buffered.length - 1; index >= 0; index -= 1) {
      const [startS, endS] = [buffered.start(index), buffered.end(index)];
      if (timeS >= startS && timeS <= endS) return { startS, endS };
    }
    return null;
  }
}
