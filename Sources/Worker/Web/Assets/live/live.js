// The page to go live from. This is its controller: it owns the state, and connects form, studio (what
// is in front of the camera), broadcast (recorder and upload) and view.

import { announce } from '../common/announce.js';
import { AudienceWatch } from './audience-watch.js';
import { Broadcast } from './broadcast.js';
import { chooseCodec, mimeTypeOf } from './codec-choice.js';
import { wordsForEnd, wordsForLostPicture, wordsForMissed } from './failure-words.js';
import { Notice } from './notice.js';
import { OnAirView } from './on-air-view.js';
import { PageState } from './page-state.js';
import { audioBitrateBps, FRAME_RATE, lowerBitrateBps, videoBitrateBps } from './quality.js';
import { SetupForm } from './setup-form.js';
import { isCameraAllowed } from './sources.js';
import { wordsForBrowser, wordsForMicrophone, wordsForPicture } from './source-words.js';
import { Stage } from './stage.js';
import { askToStop } from './stop-dialog.js';
import { Studio } from './studio.js';
import { UploadHealth } from './upload-health.js';
import { keepScreenOn, letScreenSleep } from './wake-lock.js';

const REFRESH_MS = 250;
/** Trouble with the server that lasts this long is worth a word. */
const TROUBLE_MS = 1_000;
/** Missing less than this goes by. */
const MISSED_MS = 2_000;

class LivePage {
  #state = new PageState((name) => this.#showState(name));
  #studio = new Studio((kind) => this.#pictureEnded(kind));
  #form = new SetupForm({ onSubmit: () => this.#submit(), onChange: () => this.#choicesChanged() });
  #stage = new Stage(this.#studio, () => this.#openPicture());
  #notice = new Notice((action) => this.#act(action));
  #view = new OnAirView();
  #health = new UploadHealth();
  /** @type {Broadcast | null} */
  #broadcast = null;
  /** @type {AudienceWatch | null} */
  #audience = null;
  #videoBps = 0;
  #hasSound = false;
  #liveSinceMs = 0;
  #missedMs = 0;

  start() {
    document.getElementById('stop').onclick = () => this.#askToStop();
    document.getElementById('lower-bitrate').onclick = () => this.#lowerBitrate();
    document.getElementById('again').onclick = () => this.#state.go('choosing');
    setInterval(() => this.#refresh(), REFRESH_MS);
    addEventListener('online', () => this.#broadcast?.retryNow());
    addEventListener('beforeunload', (event) => { if (this.#state.isBusy) event.preventDefault(); });
    addEventListener('pagehide', () => this.#leave());
    // What was live when the page was put aside has ended.
    addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
    this.#showState('choosing');
    this.#stage.show(this.#form.wish.source);
    const complaint = wordsForBrowser();
    if (complaint) this.#cannotBroadcast(complaint);
    else this.#openAllowedPicture();
  }

  // MARK: Before

  #cannotBroadcast(words) {
    this.#state.go('failed');
    document.getElementById('go-live').disabled = true;
    document.getElementById('open-source').disabled = true;
    this.#notice.show(words);
  }

  /** Shows the picture without being asked where that asks nobody. */
  async #openAllowedPicture() {
    const { source } = this.#form.wish;
    const isAllowed = source === 'test' || (source === 'camera' && await isCameraAllowed());
    if (isAllowed && !this.#studio.hasPicture && !this.#state.isBusy) await this.#openPicture();
  }

  #choicesChanged() {
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
      this.#form.refreshDevices();
      return true;
    } catch (error) {
      this.#notice.show(wordsForPicture(error, wish.source));
      return false;
    } finally {
      this.#stage.show(wish.source);
    }
  }

  // MARK: Going live

  #submit() {
    if (this.#state.isOnAir) return this.#applyChanges();
    if (this.#state.isBusy || document.getElementById('go-live').disabled) return undefined;
    return this.#goLive(false);
  }

  async #goLive(takesOver) {
    const name = this.#form.takeName();
    if (name === null) return;
    this.#notice.hide();
    this.#state.go('starting');
    const isThere = await this.#openPicture();
    if (this.#state.name !== 'starting') return;
    if (!isThere) return this.#state.go('failed');
    this.#hasSound = this.#form.wish.microphone !== 'none';
    const { stream, plan } = await this.#plan(null);
    if (this.#state.name !== 'starting') return;
    this.#form.remember(name);
    this.#health = new UploadHealth();
    this.#missedMs = 0;
    this.#broadcast = this.#newBroadcast(name);
    this.#audience = new AudienceWatch(name, {
      onGone: () => this.#broadcast?.heardThatStreamIsGone(),
      onBack: () => this.#broadcast?.retryNow(),
    });
    this.#view.begin(name);
    this.#broadcast.start(stream, plan, takesOver);
  }

  #newBroadcast(name) {
    return new Broadcast(name, {
      onAccepted: () => this.#accepted(),
      onMissed: (missedMs) => {
        this.#missedMs += missedMs;
        if (missedMs >= MISSED_MS) this.#notice.show(wordsForMissed(this.#missedMs));
      },
      onEnd: (reason, answer) => this.#ended(wordsForEnd(reason, name, answer)),
    });
  }

  /**
   * What to record, and how.
   * @param {number | null} videoBps null for what the form says
   */
  async #plan(videoBps) {
    const { size, bitrateChoice, codecChoice } = this.#form.wish;
    this.#videoBps = videoBps ?? videoBitrateBps(bitrateChoice, size);
    const video = {
      width: size.width, height: size.height, bitrateBps: this.#videoBps, frameRate: FRAME_RATE,
    };
    const capabilities = navigator.mediaCapabilities;
    const choice = await chooseCodec(
      { choice: codecChoice, video },
      (type) => MediaRecorder.isTypeSupported(type),
      capabilities?.encodingInfo ? (query) => capabilities.encodingInfo(query) : null);
    const { stream, hasSound } = await this.#studio.recordable(this.#hasSound);
    // Viewers stay as long as the tracks are the same, so sound is not taken away again.
    this.#hasSound = hasSound;
    const plan = {
      mimeType: mimeTypeOf(choice.codec, hasSound),
      videoBps: this.#videoBps,
      audioBps: audioBitrateBps(this.#videoBps),
    };
    return { stream, plan };
  }

  /** The server has taken something. */
  #accepted() {
    const { name } = this.#state;
    if (name !== 'starting' && name !== 'reconnecting') return;
    if (name === 'starting') {
      this.#liveSinceMs = performance.now();
      this.#notice.hide();
      keepScreenOn();
    }
    this.#state.go('live');
  }

  // MARK: On air

  /** Something else was chosen; it counts when it is applied. */
  #markChanges(hasChanges) { document.getElementById('apply').disabled = !hasChanges; }

  async #applyChanges() {
    this.#markChanges(false);
    if (await this.#openPicture()) {
      this.#hasSound ||= this.#form.wish.microphone !== 'none';
      await this.#recordAnew(null);
    }
  }

  async #lowerBitrate() {
    const lowerBps = lowerBitrateBps(this.#videoBps);
    if (lowerBps === null) return;
    this.#form.bitrateBps = lowerBps;
    await this.#recordAnew(lowerBps);
  }

  async #recordAnew(videoBps) {
    const broadcast = this.#broadcast;
    const { stream, plan } = await this.#plan(videoBps);
    if (broadcast === this.#broadcast) broadcast?.change(stream, plan);
  }

  #pictureEnded(kind) {
    if (this.#state.isOnAir) {
      this.#studio.openStandby(this.#form.wish.size);
      this.#notice.show(wordsForLostPicture(kind));
      this.#markChanges(true);
      this.#recordAnew(this.#videoBps);
    } else {
      this.#studio.close();
    }
    this.#stage.show(this.#form.wish.source);
  }

  #refresh() {
    if (!this.#broadcast || !this.#state.isBusy) return;
    this.#broadcast.tick();
    const { failure } = this.#broadcast;
    const isTroubled = failure !== null && performance.now() - failure.sinceMs > TROUBLE_MS;
    if (isTroubled && this.#state.name === 'live') this.#state.go('reconnecting');
    if (this.#state.isOnAir) this.#showFigures();
    else if (isTroubled && this.#state.name === 'starting') this.#showStartTrouble();
  }

  #showFigures() {
    this.#view.show({
      elapsedMs: performance.now() - this.#liveSinceMs,
      sentBytes: this.#broadcast.sentBytes,
      bitrateBps: this.#broadcast.throughputBps,
      viewers: this.#audience.viewers,
      health: this.#judgeHealth(),
    });
  }

  #judgeHealth() {
    const { mediaMs, lagMs } = this.#broadcast.waiting;
    return this.#health.judge({
      lagMs,
      waitingMediaMs: mediaMs,
      bitrateBps: this.#videoBps,
      failure: this.#broadcast.failure,
      isOnline: navigator.onLine,
      canLower: lowerBitrateBps(this.#videoBps) !== null,
    }, performance.now());
  }

  #showStartTrouble() {
    if (!document.getElementById('notice').hidden) return;
    const { title } = this.#judgeHealth();
    this.#notice.show({
      tone: 'warning', title, text: 'It is tried again until it works, or until you cancel.',
      actions: [],
    });
  }

  // MARK: The end

  async #askToStop() {
    if (this.#state.name === 'starting') return this.#cancelStart();
    if (this.#state.isOnAir && await askToStop() && this.#state.isOnAir) await this.#stop();
    return undefined;
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
    const elapsedMs = performance.now() - this.#liveSinceMs;
    await this.#broadcast.stop();
    this.#view.showSummary({
      elapsedMs,
      sentBytes: this.#broadcast.sentBytes,
      peakViewers: this.#audience.peakViewers,
      missedMs: this.#missedMs,
    });
    this.#forgetBroadcast();
    this.#studio.close();
    this.#stage.show(this.#form.wish.source);
    this.#state.go('stopped');
    document.getElementById('summary-title').focus();
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
    this.#audience?.close();
    this.#audience = null;
    letScreenSleep();
  }

  // MARK: Acting on notices

  /** @param {import('./failure-words.js').ActionName} action */
  #act(action) {
    switch (action) {
      case 'take-over': return this.#goLive(true);
      case 'change-name': return this.#form.focusName();
      case 'use-camera': return this.#use('camera');
      case 'use-screen': return this.#use('screen');
      case 'use-test': return this.#use('test');
      default: return this.#retry();
    }
  }

  #use(source) {
    this.#form.source = source;
    return this.#state.isOnAir ? this.#applyChanges() : this.#openPicture();
  }

  /** What was in the way: the picture, or going live. */
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
    const title = document.getElementById('setup-title');
    title.textContent = isOnAir ? 'Change while live' : 'Set up';
    title.classList.toggle('visually-hidden', !isOnAir);
    document.getElementById('stop').textContent = name === 'starting' ? 'Cancel' : 'Stop';
    if (isOnAir) this.#markChanges(this.#studio.pictureKind === 'standby');
    const news = SPOKEN[name];
    if (news) announce(news);
  }
}

/** What is worth saying aloud. */
const SPOKEN = {
  starting: 'Starting.', live: 'You are live.', reconnecting: 'Reconnecting.', stopped: 'Stopped.',
};

new LivePage().start();
