// Staying near the live edge: how far behind it to play, and what to do about it when the player is
// somewhere else. Nothing, as long as it is near enough; a slightly different speed when it is not;
// a jump when speed would take too long.
//
// Pure: what happened goes in, a decision comes out. Seconds of media time throughout.

/** Enough for chunks of a quarter second; shorter and longer ones are learnt as they arrive. */
const FIRST_TARGET_S = 0.45;
const LEAST_TARGET_S = 0.25;
const MOST_TARGET_S = 4;
/** Of what comes in large pieces: a piece, and half of one until somebody asks for it. */
const TARGET_PIECES = { least: 1.8, first: 2, most: 3 };
/** Smaller ones are learnt from their arrivals. */
const LARGE_PIECE_S = 1;
/**
 * Browsers stand still although there is media in hand: decoders want some pictures, loudspeakers
 * some sound. How much is learnt when it happens.
 */
const MARGIN_S = { first: 0.15, most: 0.3, over: 0.05 };
/** A single stall with that much in hand is an accident; so long one is remembered. */
const STALL_KEPT_MS = 300_000;
const RAISE_AFTER_STALL = 1.5;
/**
 * How soon and how fast the distance shrinks when less would do. It is quick in the first moments,
 * when arrivals tell enough and there has been no stall. After a stall it takes longer.
 */
const LOWERING = {
  atFirst: { smoothMs: 1_000, perSecond: 0.2 },
  afterStall: { smoothMs: 10_000, perSecond: 0.03 },
};

const TOO_FAR_S = 0.03;
const TOO_CLOSE_S = 0.06;
/** What ends a correction, so that the speed does not flutter. */
const NEAR_S = 0.01;
/** A jump is for more than this, and for more than `JUMP_BEYOND_TARGET_S` over the target. */
const LEAST_JUMP_S = 3;
const JUMP_BEYOND_TARGET_S = 2.5;

/** Gentle: the more there is to make up for, the more, but never so that voices sound odd. */
const SLOW_RATES = [
  { beyondS: 0.3, rate: 0.9 },
  { beyondS: 0, rate: 0.95 },
];
const FAST_RATES = [
  { beyondS: 0.4, rate: 1.1 },
  { beyondS: 0.1, rate: 1.05 },
  { beyondS: 0, rate: 1.02 },
];
/** In the first moments the viewer does not know its sound yet, and most viewers are muted. */
const ARRIVING_MS = 3_000;
const ARRIVING_RATE = 1.25;
/** A jump must gain more than it costs. */
const WORTH_A_JUMP = 2;
/** After a long wait a jump is no disturbance. */
const RETURNING_JUMP_S = 0.8;

/**
 * @typedef {{kind: 'stay'} | {kind: 'rate', rate: number} | {kind: 'jump', toS: number}} Decision
 */

export class LiveEdge {
  #targetS = FIRST_TARGET_S;
  #leastS = LEAST_TARGET_S;
  #mostS = MOST_TARGET_S;
  /** Stalls with little in hand: when, and how much would have been enough. */
  #narrowStalls = [];
  #rate = 1;
  #loweredAtMs = 0;
  #smoothSinceMs = 0;
  #hasStalled = false;
  #arrivedAtMs = -Infinity;
  #returnedAtMs = -Infinity;

  get targetS() { return this.#targetS; }

  /** So much comes at once, and then nothing for as long. */
  expectPieces(pieceS) {
    if (pieceS < LARGE_PIECE_S) return;
    this.#leastS = TARGET_PIECES.least * pieceS;
    this.#mostS = Math.max(MOST_TARGET_S, TARGET_PIECES.most * pieceS);
    this.#targetS = Math.max(this.#targetS, TARGET_PIECES.first * pieceS);
  }

  /**
   * The picture stood still because there was no media, although the broadcast went on. The target
   * is to blame only if the player was where it should have been.
   * @param {object} stall
   * @param {number} stall.nowMs
   * @param {number} stall.behindS   distance to the live edge when it began
   * @param {number} stall.aheadS    media in hand when it began
   */
  noteStall({ nowMs, behindS, aheadS }) {
    this.#smoothSinceMs = nowMs;
    this.#hasStalled = true;
    const enoughS = aheadS + MARGIN_S.over;
    // With that much in hand, the cause was not a lack of media: the computer was busy.
    if (enoughS > MARGIN_S.most) return;
    if (enoughS > this.#marginS(nowMs)) {
      this.#narrowStalls.push({ atMs: nowMs, enoughS });
    } else if (behindS > this.#targetS - NEAR_S) {
      this.#targetS = Math.min(this.#mostS, this.#targetS * RAISE_AFTER_STALL);
    }
  }

  /** Playing begins, a little late as always. */
  noteArrival(nowMs) {
    this.#arrivedAtMs = nowMs;
    this.#smoothSinceMs = Math.max(this.#smoothSinceMs, nowMs);
  }

  /** Playing goes on after a long time without media. */
  noteReturn(nowMs) { this.#returnedAtMs = nowMs; }

  /** The element plays at normal speed again, whatever was decided before. */
  noteNormalRate() { this.#rate = 1; }

  /** Where to begin in media that reaches from `startS` to the live edge at `endS`. */
  entryS(startS, endS) {
    return Math.max(startS, endS - this.#targetS);
  }

  /**
   * What to do now.
   * @param {object} now
   * @param {number} now.nowMs
   * @param {number} now.behindS    distance to the live edge
   * @param {number} now.aheadS     media in hand after the position
   * @param {number} now.positionS
   * @param {number} now.neededS    what arrivals have shown to be necessary (EdgeClock)
   * @param {number} now.seekS      how long a jump takes: decoding begins at a key frame, and until
   *   it is through, the edge has moved on
   * @returns {Decision}
   */
  decide({ nowMs, behindS, aheadS, positionS, neededS, seekS }) {
    this.#adapt(nowMs, neededS);
    const targetS = this.#targetS;
    if (aheadS > Math.max(this.#jumpAboveS(nowMs), targetS + WORTH_A_JUMP * seekS)) {
      return { kind: 'jump', toS: positionS + aheadS - targetS };
    }
    const rate = this.#rateFor(nowMs, behindS - targetS, aheadS);
    if (rate === this.#rate) return { kind: 'stay' };
    this.#rate = rate;
    return { kind: 'rate', rate };
  }

  #jumpAboveS(nowMs) {
    if (nowMs - this.#returnedAtMs < ARRIVING_MS) return this.#targetS + RETURNING_JUMP_S;
    return Math.max(LEAST_JUMP_S, this.#targetS + JUMP_BEYOND_TARGET_S);
  }

  /** What must be in hand at the least: with it the player has stood still no more than once. */
  #marginS(nowMs) {
    this.#narrowStalls = this.#narrowStalls.filter(({ atMs }) => nowMs - atMs < STALL_KEPT_MS);
    const [, second = 0] = this.#narrowStalls.map(({ enoughS }) => enoughS).sort((a, b) => b - a);
    return Math.max(MARGIN_S.first, second);
  }

  #adapt(nowMs, neededS) {
    const leastS = neededS + this.#marginS(nowMs);
    const enoughS = Math.min(this.#mostS, Math.max(this.#leastS, leastS));
    const { smoothMs, perSecond } = this.#hasStalled ? LOWERING.afterStall : LOWERING.atFirst;
    const elapsedS = Math.min(1, Math.max(0, (nowMs - this.#loweredAtMs) / 1000));
    this.#loweredAtMs = nowMs;
    if (enoughS >= this.#targetS) {
      this.#targetS = enoughS;
    } else if (nowMs - this.#smoothSinceMs > smoothMs) {
      const loweredS = this.#targetS * (1 - perSecond * elapsedS);
      this.#targetS = Math.max(enoughS, loweredS);
    }
  }

  #rateFor(nowMs, excessS, aheadS) {
    const isFast = this.#rate > 1;
    const isSlow = this.#rate < 1;
    if (excessS > (isFast ? NEAR_S : TOO_FAR_S) && aheadS > this.#marginS(nowMs)) {
      if (nowMs - this.#arrivedAtMs < ARRIVING_MS) return ARRIVING_RATE;
      return FAST_RATES.find((step) => excessS > step.beyondS).rate;
    }
    if (excessS < (isSlow ? -NEAR_S : -TOO_CLOSE_S)) {
      return SLOW_RATES.find((step) => -excessS > step.beyondS).rate;
    }
    return 1;
  }
}
