// A broadcast while it is on: what is recorded follows what is chosen, and what this device and the line
// can do. When it begins and when it is over is for the page to say (live.js).

import { word } from '../common/words.js';
import { AirCare } from './air-care.js';
import { AirMonitor } from './air-monitor.js';
import { AirPlan } from './air-plan.js';
import { AirSwitches } from './air-switches.js';
import { Broadcast } from './broadcast.js';
import { removeCopy } from './copy-folder.js';
import { wordsForCopy, wordsForCopyFault } from './copy-words.js';
import {
  warning, wordsForBegunAnew, wordsForMissed, wordsForSlowCodec, wordsForSmallerParcels,
} from './failure-words.js';
import { LostInputs } from './lost-inputs.js';
import { StillSender } from './still-sender.js';
import { keepScreenOn, letScreenSleep } from './wake-lock.js';

/** Trouble with the server that lasts this long is worth mentioning. */
const TROUBLE_MS = 1_000;
/** A codec that is too slow shows it by then; later, viewers are not made to begin anew for it. */
const CODEC_TRIAL_MS = 30_000;
/** A disk that takes longer to complete a file goes on when the broadcast is over. */
const COPY_PATIENCE_MS = 10_000;
/** Missing less than this goes by. */
const MISSED_MS = 2_000;

const find = (id) => document.getElementById(id);

/**
 * @typedef {object} Page
 * @property {import('./page-state.js').PageState} state
 * @property {import('./studio.js').Studio} studio
 * @property {import('./setup-form.js').SetupForm} form
 * @property {import('./stage.js').Stage} stage
 * @property {import('./notice.js').Notice} notice
 * @property {() => Promise<boolean>} openPicture what the form says; whether it is there
 * @property {(reason: import('./broadcast.js').EndReason, name: string,
 *   answer: import('./publish-answer.js').Answer | null) => void} onEnd it has ended against our will
 * @property {(files: Awaited<ReturnType<BroadcastCopy['finish']>>) => void} onCopied   what there is of
 *   the copy, when the broadcast is over
 *
 * @typedef {import('./broadcast-copy.js').BroadcastCopy} BroadcastCopy
 */

export class OnAir {
  #page;
  #care;
  #lost;
  #switches;
  #stills = new StillSender(find('preview'));
  #plan;
  /** @type {Broadcast | null} */
  #broadcast = null;
  /** @type {AirMonitor | null} as long as there is a broadcast */
  #monitor = null;
  /** @type {BroadcastCopy | null} */
  #copy = null;
  /** Whether the server has taken something of it. */
  #hasBegun = false;
  /** The title of the notice that says what is in the way of the start. */
  #startTrouble = '';
  /** Resolves when the one that was cancelled last is over at the server. */
  #cancelled = Promise.resolve();
  /** Until then, that one. @type {Broadcast | null} */
  #cancelling = null;
  /** Of several changes at once, the last one counts. */
  #changes = 0;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    const { studio, form, stage, notice, state } = page;
    this.#care = new AirCare(studio, {
      size: () => form.wish.size,
      recordAnew: () => this.#recordAnew(this.#plan.videoBps),
      onPicture: (isThere) => this.#lost.pictureFlows(isThere),
      onGivenUp: (fault, answer) => this.#broadcast?.fail(fault, answer),
    });
    /** The page, for those who look after a part of it. */
    const desk = {
      studio,
      form,
      stage,
      notice,
      isOnAir: () => state.isOnAir,
      recordAnew: () => this.#recordAnew(this.#plan.videoBps),
      apply: () => this.apply(),
      markChanges: (hasChanges) => this.markChanges(hasChanges),
    };
    this.#lost = new LostInputs(desk);
    this.#switches = new AirSwitches(desk);
    this.#plan = new AirPlan(studio, form, this.#care);
    find('lower-bitrate').onclick = () => this.#lowerBitrate();
    find('easier').onclick = () => this.#takeEasierStep();
  }

  /**
   * Sends what the studio has.
   * @param {boolean} takesOver from ourselves, elsewhere
   * @param {BroadcastCopy | null} copy to be made on this device
   * @param {() => boolean} isCurrent whether it is still wanted, and no other one in its place
   */
  async begin(name, takesOver, copy, isCurrent) {
    this.#startTrouble = '';
    this.#plan.begin();
    this.#lost.begin();
    // To end that one would end the next one, too.
    await this.#cancelled;
    if (!isCurrent()) return;
    const { stream, plan } = await this.#plan.prepare(null);
    if (!isCurrent()) return;
    this.#copy = copy;
    this.#hasBegun = false;
    if (copy?.fault) this.copyFailed(copy.fault);
    this.#broadcast = this.#newBroadcast(name);
    this.#monitor = new AirMonitor(this.#broadcast);
    this.#broadcast.start(stream, plan, takesOver);
  }

  /** Something else was chosen; it counts when it is applied. */
  markChanges(hasChanges) { find('apply').disabled = !hasChanges; }

  async apply() {
    this.markChanges(false);
    if (!await this.#page.openPicture()) {
      this.markChanges(true);
      return;
    }
    this.#plan.chosenAnew();
    this.#lost.begin();
    await this.#recordAnew(null);
  }

  /** @param {'camera' | 'screen' | 'test'} source to be shown now */
  use(source) { return this.#switches.use(source); }

  showSwitches() { this.#switches.show(); }

  pictureEnded(kind) { this.#lost.pictureEnded(kind); }

  microphoneEnded() { this.#lost.microphoneEnded(this.#care.usedRoute === 'microphone'); }

  /** The broadcast goes on without. @param {import('./broadcast-copy.js').CopyFault} fault */
  copyFailed(fault) { if (this.#copy !== null) this.#page.notice.show(wordsForCopyFault(fault)); }

  /** There is reason to hope that the server can be reached again. */
  retryNow() { this.#broadcast?.retryNow(); }

  /** To be called a few times a second, whether or not there is a broadcast. */
  look() {
    const { state } = this.#page;
    if (state.name !== 'live') this.#stills.look(null, false);
    if (!this.#monitor || !state.isBusy) return;
    this.#broadcast.tick();
    // The checks may have ended the broadcast.
    if (!this.#monitor) return;
    if (state.name !== 'stopping') this.#care.look(performance.now());
    const isTroubled = this.#monitor.troubleMs > TROUBLE_MS;
    if (isTroubled && state.name === 'live') state.go('reconnecting');
    const health = this.#monitor.judge(this.#plan.situation);
    if (state.isOnAir) this.#show(health);
    else if (isTroubled && state.name === 'starting') this.#showStartTrouble(health);
  }

  /** Sends what is left, says that it is over, and shows what it was. */
  async stop() {
    await this.#broadcast.stop();
    this.#monitor.showSummary();
    const patience = new Promise((resolve) => { setTimeout(resolve, COPY_PATIENCE_MS); });
    await Promise.race([this.#forget(), patience]);
  }

  /** Nobody was meant to see it. */
  cancel() {
    if (this.#broadcast) this.#cancelled = this.#endCancelled(this.#broadcast);
    this.#forget();
  }

  /** There is no other one meanwhile: the next one waits for it. */
  async #endCancelled(broadcast) {
    this.#cancelling = broadcast;
    await broadcast.cancel();
    this.#cancelling = null;
  }

  /** There is no time for more than to say that it is over. */
  leave() {
    if (this.#page.state.isBusy) this.#broadcast?.leave();
    this.#cancelling?.leave();
    this.#forget();
  }

  #newBroadcast(name) {
    const { notice, onEnd } = this.#page;
    return new Broadcast(name, this.#copy, {
      onAccepted: () => this.#accepted(),
      onMissed: (missedMs) => this.#missed(missedMs),
      onBegunAnew: (reason) => notice.show(wordsForBegunAnew(reason)),
      onFault: (fault, answer) => this.#care.fault(fault, answer),
      onSmallerParcels: (bytes) => notice.show(wordsForSmallerParcels(bytes)),
      onEnd: (reason, answer) => {
        this.#forget();
        onEnd(reason, name, answer);
      },
    });
  }

  /** The server has taken something. */
  #accepted() {
    const { state, notice } = this.#page;
    if (state.name !== 'starting' && state.name !== 'reconnecting') return;
    if (state.name === 'starting') {
      this.#hasBegun = true;
      this.#monitor.beginsNow();
      if (this.#startTrouble) notice.hide();
      keepScreenOn();
    }
    state.go('live');
  }

  async #lowerBitrate() {
    const lowerBps = this.#monitor?.lowerBps(this.#plan.videoBps) ?? null;
    if (lowerBps === null) return;
    this.#page.form.bitrateBps = lowerBps;
    await this.#recordAnew(lowerBps);
  }

  /** What the health offers when this device is too slow. */
  async #takeEasierStep() {
    const { step } = this.#monitor?.judge(this.#plan.situation) ?? {};
    if (!step) return undefined;
    if (step.hasLighterCodec) this.#plan.useLightCodec();
    if (step.size === null) return this.#recordAnew(this.#plan.videoBps);
    this.#page.form.sizeID = step.size.id;
    return this.apply();
  }

  /** The browser has promised a codec, and this device does not keep up with it. */
  #changeSlowCodec() {
    this.#page.notice.show(wordsForSlowCodec(this.#plan.useLightCodec()));
    return this.#recordAnew(this.#plan.videoBps);
  }

  async #recordAnew(videoBps) {
    const broadcast = this.#broadcast;
    this.#changes += 1;
    const change = this.#changes;
    const { stream, plan } = await this.#plan.prepare(videoBps);
    if (broadcast !== this.#broadcast || !broadcast || change !== this.#changes) return;
    this.#monitor?.recordsAnew();
    broadcast.change(stream, plan);
  }

  #missed(missedMs) {
    this.#monitor.missedMs += missedMs;
    if (missedMs >= MISSED_MS) this.#page.notice.show(wordsForMissed(this.#monitor.missedMs));
  }

  #show(health) {
    this.#monitor.show(health, this.#plan.codecID, wordsForCopy(this.#copy));
    this.#switches.show();
    if (this.#page.state.name === 'live') {
      this.#stills.look(this.#broadcast.name, this.#monitor.isAtEase);
    }
    const isTrial = this.#plan.isCodecGuessed && this.#monitor.elapsedMs < CODEC_TRIAL_MS;
    if (isTrial && health.step?.hasLighterCodec) this.#changeSlowCodec();
  }

  #showStartTrouble({ level, title, reason }) {
    if (level !== 'offline' || this.#startTrouble === title) return;
    this.#startTrouble = title;
    this.#page.notice.show(warning(title, word('start.trouble', { reason }).trim(), []));
  }

  /** @returns {Promise<void>} what was copied is complete */
  async #forget() {
    const copy = this.#copy;
    this.#copy = null;
    this.#broadcast = null;
    this.#monitor?.close();
    this.#monitor = null;
    letScreenSleep();
    if (copy === null) return;
    const isWanted = this.#hasBegun;
    const files = await copy.finish();
    // What nobody could have seen is not worth keeping.
    if (isWanted) this.#page.onCopied(files);
    else for (const { name, kind } of files) if (kind === 'browser') await removeCopy(name);
  }
}
