// Plays a made-up broadcast with the player's own EdgeClock and LiveEdge, on a made-up clock: what
// takes a minute takes a moment, and comes out the same every time. Expects `EdgeClock` and
// `LiveEdge`.

const STEP_MS = 10;
const DECIDE_MS = 200;

/**
 * @param {object} broadcast
 * @param {number} broadcast.seconds
 * @param {number} broadcast.chunkMs         media comes in pieces of that
 * @param {number} [broadcast.pieceS]        which the player is told
 * @param {number} [broadcast.jitterMs]      and each up to that much later
 * @param {number} [broadcast.reserveS]      the element stands still with that much in hand
 * @param {number} [broadcast.seekS]         a jump takes so long
 * @param {number} [broadcast.silentFromS]   nothing comes from then
 * @param {number} [broadcast.silentUntilS]  until then, when everything comes at once
 */
function tryLiveEdge(broadcast) {
  const { seconds, chunkMs, jitterMs = 0, reserveS = 0.05 } = broadcast;
  const clock = new EdgeClock();
  const edge = new LiveEdge();
  clock.expectPieces(broadcast.pieceS ?? 0);
  edge.expectPieces(broadcast.pieceS ?? 0);
  const trial = {
    stalls: [], stallMs: 0, jumps: [], rates: [], rateChanges: 0, behindS: [], targetS: [],
  };
  const startMs = 5_000;
  let [endS, positionS, rate, nextChunk] = [1, null, 1, 0];
  let isDry = false;
  let seekingUntilMs = 0;
  clock.noteArrival(startMs, endS);
  positionS = edge.entryS(0, endS);

  for (let nowMs = startMs; nowMs < startMs + seconds * 1000; nowMs += STEP_MS) {
    const passedMs = nowMs - startMs;
    const isSilent = passedMs > broadcast.silentFromS * 1000
      && passedMs < broadcast.silentUntilS * 1000;
    while (!isSilent && dueMs(nextChunk, chunkMs, jitterMs) <= passedMs) {
      nextChunk += 1;
      endS = 1 + (nextChunk * chunkMs) / 1000;
      clock.noteArrival(nowMs, endS);
    }
    if (nowMs < seekingUntilMs) continue;
    const aheadS = endS - positionS;
    const behindS = clock.behindS(nowMs, positionS);
    if (!isDry && aheadS <= reserveS) {
      isDry = true;
      trial.stalls.push(passedMs / 1000);
      trial.dry = { nowMs, behindS, aheadS };
    } else if (isDry && aheadS > reserveS + 0.05) {
      isDry = false;
      if (nowMs - trial.dry.nowMs < 4_000) {
        edge.noteStall({ ...trial.dry, nowMs });
        clock.noteStall();
      } else {
        edge.noteReturn(nowMs);
      }
    }
    if (isDry) trial.stallMs += STEP_MS;
    else positionS += (STEP_MS / 1000) * rate;
    if (passedMs % DECIDE_MS !== 0) continue;
    const decision = edge.decide({
      nowMs, behindS, aheadS, positionS, neededS: clock.neededS, seekS: broadcast.seekS ?? 0.05,
    });
    if (decision.kind === 'jump') {
      positionS = decision.toS;
      seekingUntilMs = nowMs + 1000 * (broadcast.seekS ?? 0.05);
      trial.jumps.push(passedMs / 1000);
    } else if (decision.kind === 'rate') {
      rate = decision.rate;
      trial.rates.push(rate);
    }
    trial.behindS.push(behindS);
    trial.targetS.push(edge.targetS);
  }
  return trial;
}

/// Always the same for the same number, and spread evenly.
function dueMs(chunk, chunkMs, jitterMs) {
  const spread = ((chunk * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
  return (chunk + 1) * chunkMs + spread * jitterMs;
}
