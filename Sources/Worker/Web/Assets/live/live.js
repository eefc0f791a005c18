// The page to go live from. This is its controller: it owns the state, and connects form, studio
// (what is in front of the camera), broadcast (recorder and upload) and what is shown.

import { announce } from '../common/announce.js';
import { word } from '../common/words.js';
import { AirCare } from './air-care.js';
import { AirMonitor } from './air-monitor.js';
import { AirPlan } from './air-plan.js';
import { AirSwitches } from './air-switches.js';
import { AudienceNote } from './audience-note.js';
import { Broadcast } from './broadcast.js';
import {
  warning, wordsForBegunAnew, wordsForEnd, wordsForMissed, wordsForSlowCodec,
  wordsForSmallerParcels,
} from './failure-words.js';
import { LostInputs } from './lost-inputs.js';
import { Notice } from './notice.js';
import { PageState } from './page-state.js';
import { SetupForm } from './setup-form.js';
import { wordsForBrowser, wordsForMicrophone, wordsForPicture } from './source-words.js';
import { isCameraAllowed } from './sources.js';
import { Stage } from './stage.js';
import { StillSender } from './still-sender.js';
import { askToStop } from './stop-dialog.js';
import { Studio } from './studio.js';
import { startTicker } from './ticker.js';
import { keepScreenOn, letScreenSleep } from './wake-lock.js';

const REFRESH_MS = 250;
/** Trouble with the server that lasts this long is worth mentioning. */
const TROUBLE_MS = 1_000;
/** A codec that is too slow shows it by then; later, viewers are not made to begin anew for it. */
const CODEC_TRIAL_MS = 30_000;
/** Missing less than this goes by. */
const MISSED_MS = 2_000;
/** What is worth saying aloud. */
const SPOKEN = {
  starting: () => word('spoken.starting'),
  live: () => word('spoken.live'),
  reconnecting: () => word('spoken.reconnecting'),
  stopped: () => word('spoken.stopped'),
};

const find = (id) => document.getElementById(id);

class LivePage {
  #state = new PageState((name) => this.#showState(name));
  #studio = new Studio({
    onPictureEnded: (kind) => this.#lost.pictureEnded(kind),
    onMicrophoneEnded: () => this.#lost.microphoneEnded(this.#care.usedRoute === 'microphone'),
  });
  #form = new SetupForm({ onSubmit: () => this.#submit(), onChange: () => this.#choicesChanged() });
  #audience = new AudienceNote(this.#form, () => this.#choicesChanged());
  #stage = new Stage(this.#studio, () => this.#openPicture());
  #notice = new Notice((action) => this.#act(action));
  #care = new AirCare(this.#studio, {
    size: () => this.#form.wish.size,
    recordAnew: () => this.#recordAnew(this.#plan.videoBps),
    onPicture: (isThere) => this.#lost.pictureFlows(isThere),
    onGivenUp: (fault, answer) => this.#broadcast?.fail(fault, answer),
  });
  /** The page, for those who look after a part of it. */
  #desk = {
    studio: this.#studio,
    form: this.#form,
    stage: this.#stage,
    notice: this.#notice,
    isOnAir: () => this.#state.isOnAir,
    recordAnew: () => this.#recordAnew(this.#plan.videoBps),
    apply: () => this.#applyChanges(),
    markChanges: (hasChanges) => this.#markChanges(hasChanges),
  };
  #lost = new LostInputs(this.#desk);
  #switches = new AirSwitches(this.#desk);
  #stills = new StillSender(find('preview'));
  #plan = new AirPlan(this.#studio, this.#form, this.#care);
  /** @type {Broadcast | null} */
  #broadcast = null;
  /** @type {AirMonitor | null} as long as there is a broadcast */
  #monitor = null;
  /** The title of the notice that says what is in the way of the start. */
  #startTrouble = '';
  #isUsable = true;
  /** Of several changes at once, the last one counts. */
  #changes = 0;

  start() {
    find('stop').onclick = () => this.#askToStop();
    find('lower-bitrate').onclick = () => this.#lowerBitrate();
    find('again').onclick = () => this.#setUpAgain();
    find('easier').onclick = () => this.#takeEasierStep();
    // Not an ordinary timer: that of a hidden tab comes once a second, or once a minute.
    startTicker(REFRESH_MS, () => this.#refresh());
    addEventListener('online', () => this.#broadcast?.retryNow());
    addEventListener('beforeunload', (event) => {
      if (this.#state.isBusy) event.preventDefault();
    });
    addEventListener('pagehide', () => this.#leave());
    // A broadcast that was live when the page was put aside has ended.
    addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
    this.#showState('choosing');
    this.#stage.show(this.#form.wish.source);
    const complaint = wordsForBrowser();
    if (complaint) {
      this.#cannotBroadcast(complaint);
      return;
    }
    this.#audience.show();
    this.#openAllowedPicture();
  }

  // Before

  #cannotBroadcast(words) {
    this.#isUsable = false;
    this.#state.go('failed');
    find('go-live').disabled = true;
    find('open-source').disabled = true;
    this.#notice.show(words);
  }

  #setUpAgain() {
    this.#state.go('choosing');
    this.#openAllowedPicture();
    this.#form.focusName();
  }

  /** Shows the picture unprompted, where the browser does not have to ask for permission. */
  async #openAllowedPicture() {
    const { source } = this.#form.wish;
    const isAllowed = source === 'test' || (source === 'camera' && await isCameraAllowed());
    if (isAllowed && !this.#studio.hasPicture && !this.#state.isBusy) await this.#openPicture();
  }

  async #choicesChanged() {
    if (!this.#isUsable) return undefined;
    this.#audience.show();
    if (this.#state.isOnAir) return this.#markChanges(true);
    const { source } = this.#form.wish;
    if (this.#studio.pictureKind === source) return this.#openPicture();
    this.#studio.close();
    this.#notice.hide();
    this.#stage.show(source);
    return this.#openAllowedPicture();
  }

  /** @returns {Promise<boolean>} whether the picture wished for is there */
  async #openPicture() {
    const { wish } = this.#form;
    try {
      const { isCurrent, soundError } = await this.#studio.open(wish);
      if (!isCurrent) return false;
      if (soundError) this.#notice.show(wordsForMicrophone(soundError));
      else if (!this.#state.isOnAir) this.#notice.hide();
      if (this.#state.name === 'failed') this.#state.go('choosing');
      this.#form.refreshDevices();
      return true;
    } catch (error) {
      this.#notice.show(wordsForPicture(error, wish.source));
      return false;
    } finally {
      this.#stage.show(wish.source);
    }
  }

  // Going live

  #submit() {
    if (this.#state.isOnAir) this.#applyChanges();
    else if (!this.#state.isBusy && this.#isUsable) this.#goLive(false);
  }

  /** @param {boolean} takesOver from ourselves, in another tab or on another device */
  async #goLive(takesOver) {
    const name = this.#form.takeName();
    if (name === null) return;
    this.#notice.hide();
    this.#startTrouble = '';
    this.#studio.isMicrophoneOn = true;
    this.#state.go('starting');
    // The button was further down; the picture, and what is needed now, are at the top.
    scrollTo(0, 0);
    const isThere = await this.#openPicture();
    if (this.#state.name !== 'starting') return;
    if (!isThere) {
      this.#state.go('failed');
      return;
    }
    this.#plan.begin();
    this.#lost.begin();
    const { stream, plan } = await this.#plan.prepare(null);
    if (this.#state.name !== 'starting') return;
    this.#form.remember(name);
    this.#broadcast = this.#newBroadcast(name);
    this.#monitor = new AirMonitor(this.#broadcast);
    this.#broadcast.start(stream, plan, takesOver);
  }

  #newBroadcast(name) {
    return new Broadcast(name, {
      onAccepted: () => this.#accepted(),
      onMissed: (missedMs) => this.#missed(missedMs),
      onBegunAnew: (reason) => this.#notice.show(wordsForBegunAnew(reason)),
      onFault: (fault, answer) => this.#care.fault(fault, answer),
      onSmallerParcels: (bytes) => this.#notice.show(wordsForSmallerParcels(bytes)),
      onEnd: (reason, answer) => this.#ended(
        wordsForEnd(reason, name, answer, this.#form.isOwnName)),
    });
  }

  /** The server has taken something. */
  #accepted() {
    const { name } = this.#state;
    if (name !== 'starting' && name !== 'reconnecting') return;
    if (name === 'starting') {
      this.#monitor.beginsNow();
      if (this.#startTrouble) this.#notice.hide();
      keepScreenOn();
    }
    this.#state.go('live');
  }

  // On air

  /** Something else was chosen; it counts when it is applied. */
  #markChanges(hasChanges) { find('apply').disabled = !hasChanges; }

  async #applyChanges() {
    this.#markChanges(false);
    if (!await this.#openPicture()) {
      this.#markChanges(true);
      return;
    }
    this.#plan.chosenAnew();
    this.#lost.begin();
    await this.#recordAnew(null);
  }

  async #lowerBitrate() {
    const lowerBps = this.#monitor?.lowerBps(this.#plan.videoBps) ?? null;
    if (lowerBps === null) return;
    this.#form.bitrateBps = lowerBps;
    await this.#recordAnew(lowerBps);
  }

  /** What the health offers when this device is too slow. */
  async #takeEasierStep() {
    const { step } = this.#monitor?.judge(this.#plan.situation) ?? {};
    if (!step) return undefined;
    if (step.hasLighterCodec) this.#plan.useLightCodec();
    if (step.size === null) return this.#recordAnew(this.#plan.videoBps);
    this.#form.sizeID = step.size.id;
    return this.#applyChanges();
  }

  /** The browser has promised a codec, and this device does not keep up with it. */
  #changeSlowCodec() {
    this.#notice.show(wordsForSlowCodec(this.#plan.useLightCodec()));
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
    if (missedMs >= MISSED_MS) this.#notice.show(wordsForMissed(this.#monitor.missedMs));
  }

  #refresh() {
    if (this.#state.name !== 'live') this.#stills.look(null, false);
    if (!this.#monitor || !this.#state.isBusy) return;
    this.#broadcast.tick();
    // The checks may have ended the broadcast.
    if (!this.#monitor) return;
    if (this.#state.name !== 'stopping') this.#care.look(performance.now());
    const isTroubled = this.#monitor.troubleMs > TROUBLE_MS;
    if (isTroubled && this.#state.name === 'live') this.#state.go('reconnecting');
    const health = this.#monitor.judge(this.#plan.situation);
    if (this.#state.isOnAir) this.#showOnAir(health);
    else if (isTroubled && this.#state.name === 'starting') this.#showStartTrouble(health);
  }

  #showOnAir(health) {
    this.#monitor.show(health);
    this.#switches.show();
    if (this.#state.name === 'live') {
      this.#stills.look(this.#broadcast.name, this.#monitor.isAtEase);
    }
    const isTrial = this.#plan.isCodecGuessed && this.#monitor.elapsedMs < CODEC_TRIAL_MS;
    if (isTrial && health.step?.hasLighterCodec) this.#changeSlowCodec();
  }

  #showStartTrouble({ level, title, reason }) {
    if (level !== 'offline' || this.#startTrouble === title) return;
    this.#startTrouble = title;
    this.#notice.show(warning(title, word('start.trouble', { reason }).trim(), []));
  }

  // The end

  async #askToStop() {
    if (this.#state.name === 'starting') this.#cancelStart();
    else if (this.#state.isOnAir && await askToStop() && this.#state.isOnAir) await this.#stop();
  }

  #cancelStart() {
    this.#broadcast?.leave();
    this.#forgetBroadcast();
    this.#notice.hide();
    this.#state.go('choosing');
  }

  async #stop() {
    this.#state.go('stopping');
    this.#notice.hide();
    await this.#broadcast.stop();
    this.#monitor.showSummary();
    this.#forgetBroadcast();
    this.#studio.close();
    this.#stage.show(this.#form.wish.source);
    this.#state.go('stopped');
    find('summary-title').focus();
  }

  /** The broadcast has ended against our will. */
  #ended(words) {
    this.#forgetBroadcast();
    this.#state.go('failed');
    this.#notice.show(words);
  }

  #leave() {
    if (this.#state.isBusy) this.#broadcast?.leave();
    this.#forgetBroadcast();
    this.#studio.close();
  }

  #forgetBroadcast() {
    this.#broadcast = null;
    this.#monitor?.close();
    this.#monitor = null;
    letScreenSleep();
  }

  // Acting on notices

  /** @param {import('./failure-words.js').ActionName} action */
  #act(action) {
    switch (action) {
      case 'take-over': return this.#goLive(true);
      case 'change-name': return this.#form.focusName();
      case 'sign-in': return location.assign('/login?next=/live');
      case 'reload': return location.reload();
      case 'use-camera': return this.#use('camera');
      case 'use-screen': return this.#use('screen');
      case 'use-test': return this.#use('test');
      default: return this.#retry();
    }
  }

  #use(source) {
    if (this.#state.isOnAir) return this.#switches.use(source);
    this.#form.source = source;
    return this.#openPicture();
  }

  /** The obstacle that was reported: the picture, or going live. */
  #retry() {
    if (this.#state.isOnAir) return this.#applyChanges();
    if (this.#state.name === 'failed' && this.#studio.hasPicture) return this.#goLive(false);
    return this.#openPicture();
  }

  /** @param {import('./page-state.js').StateName} name */
  #showState(name) {
    document.body.dataset.state = name;
    const { isOnAir, isBusy } = this.#state;
    this.#form.isNameFixed = isBusy;
    find('setup-title').textContent = isOnAir ? word('setup.change') : word('setup.title');
    find('setup-title').classList.toggle('visually-hidden', !isOnAir);
    find('stop').textContent = stopLabel(name);
    find('stop').disabled = name === 'stopping';
    if (isOnAir) this.#markChanges(this.#studio.pictureKind === 'standby');
    this.#switches.show();
    if (SPOKEN[name]) announce(SPOKEN[name]());
  }
}

function stopLabel(state) {
  if (state === 'starting') return word('air.cancel');
  return state === 'stopping' ? word('air.stopping') : word('air.stop');
}

new LivePage().start();
