// The page to go live from. This is its controller: it owns the state, and connects form, studio
// (what is in front of the camera), the broadcast (on-air.js) and what is shown.

import { announce } from '../common/announce.js';
import { word } from '../common/words.js';
import { AudienceNote } from './audience-note.js';
import { BroadcastCopy } from './broadcast-copy.js';
import { CopyList } from './copy-list.js';
import { Countdown } from './countdown.js';
import { warning, wordsForEnd } from './failure-words.js';
import { Notice } from './notice.js';
import { OnAir } from './on-air.js';
import { PageState } from './page-state.js';
import { SetupForm } from './setup-form.js';
import { wordsForBrowser, wordsForMicrophone, wordsForPicture } from './source-words.js';
import { isCameraAllowed } from './sources.js';
import { Stage } from './stage.js';
import { askToStop } from './stop-dialog.js';
import { Studio } from './studio.js';
import { keepLastPicture } from './summary.js';
import { startTicker } from './ticker.js';
import { WordsForm } from './words-form.js';

const REFRESH_MS = 250;
/** What is worth saying aloud. */
const SPOKEN = {
  starting: (before) => (before === 'counting' ? '' : word('spoken.starting')),
  live: () => word('spoken.live'),
  reconnecting: () => word('spoken.reconnecting'),
  stopped: () => word('spoken.stopped'),
};

const find = (id) => document.getElementById(id);

class LivePage {
  #state = new PageState((name) => this.#showState(name));
  #studio = new Studio({
    onPictureEnded: (kind) => this.#air.pictureEnded(kind),
    onMicrophoneEnded: () => this.#air.microphoneEnded(),
  });
  #form = new SetupForm({ onSubmit: () => this.#submit(), onChange: () => this.#choicesChanged() });
  #audience = new AudienceNote(this.#form, () => this.#choicesChanged());
  #words = new WordsForm();
  #copies = new CopyList();
  #stage = new Stage(this.#studio, () => this.#openPicture());
  #notice = new Notice((action) => this.#act(action));
  #air = new OnAir({
    state: this.#state,
    studio: this.#studio,
    form: this.#form,
    stage: this.#stage,
    notice: this.#notice,
    openPicture: () => this.#openPicture(),
    onEnd: (reason, name, answer) => this.#ended(reason, name, answer),
    onCopied: (files) => this.#copies.add(files),
  });
  #countdown = new Countdown();
  #isUsable = true;
  /** To go live, counted: who cancels and presses again begins another one while the first one waits. */
  #attempts = 0;
  /** @type {import('./page-state.js').StateName | null} shown last */
  #shown = null;

  start() {
    find('stop').onclick = () => this.#askToStop();
    find('again').onclick = () => this.#submit();
    find('set-up-again').onclick = () => this.#setUpAgain();
    // Not an ordinary timer: that of a hidden tab comes once a second, or once a minute.
    startTicker(REFRESH_MS, () => this.#air.look());
    addEventListener('online', () => this.#air.retryNow());
    addEventListener('beforeunload', (event) => {
      const isSafe = !this.#state.isBusy && !this.#words.isDirty && !this.#copies.isHoldingUnsaved;
      if (!isSafe) event.preventDefault();
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
    this.#copies.begin();
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
    await this.#form.ready;
    const { source } = this.#form.wish;
    const isAllowed = source === 'test' || (source === 'camera' && await isCameraAllowed());
    if (isAllowed && !this.#studio.hasPicture && !this.#state.isBusy) await this.#openPicture();
  }

  async #choicesChanged() {
    if (!this.#isUsable) return undefined;
    this.#audience.show();
    if (this.#state.isOnAir) return this.#air.markChanges(true);
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
      // Only now may the page know what is plugged in: the device of the last time, perhaps.
      return await this.#form.refreshDevices() ? await this.#openPicture() : true;
    } catch (error) {
      this.#notice.show(wordsForPicture(error, wish.source));
      return false;
    } finally {
      this.#stage.show(wish.source);
    }
  }

  // Going live

  #submit() {
    if (this.#state.isOnAir) this.#air.apply();
    else if (!this.#state.isBusy && this.#isUsable) this.#goLive();
  }

  /**
   * @param {object} how
   * @param {boolean} [how.takesOver] from ourselves, in another tab or on another device
   * @param {boolean} [how.savesWords] whether what stands in the form has to be saved first
   */
  async #goLive({ takesOver = false, savesWords = true } = {}) {
    const name = this.#form.takeName();
    if (name === null) return;
    this.#notice.hide();
    this.#studio.isMicrophoneOn = true;
    this.#state.go('starting');
    this.#attempts += 1;
    const attempt = this.#attempts;
    const isCurrent = () => this.#state.name === 'starting' && attempt === this.#attempts;
    // The button was further down; the picture, and what is needed now, are at the top.
    scrollTo(0, 0);
    const copy = await this.#openCopy(name);
    if (!isCurrent()) return;
    const isThere = await this.#openPicture();
    if (!isCurrent()) return;
    if (!isThere) {
      this.#state.go('failed');
      return;
    }
    // Unlisted, for example, is not to become listed because it could not be saved.
    const complaint = savesWords ? await this.#words.save() : '';
    if (!isCurrent()) return;
    if (complaint !== '') {
      this.#state.go('failed');
      this.#notice.show(
        warning(word('about.not-saved.title'), complaint, ['retry', 'without-words']));
      return;
    }
    this.#form.remember(name);
    if (this.#form.wantsCountdown && !await this.#countDown(isCurrent)) return;
    await this.#air.begin(name, takesOver, copy, isCurrent);
  }

  /** @returns {Promise<BroadcastCopy | null>} null: none is wanted */
  async #openCopy(name) {
    const { source, codecChoice } = this.#form.wish;
    if (!this.#form.wantsCopy) return null;
    const copy = new BroadcastCopy(
      this.#words.title || name, (fault) => this.#air.copyFailed(fault));
    // A press allows one question, and a screen that is yet to be shared needs it.
    const mayAsk = source !== 'screen' || this.#studio.pictureKind === 'screen';
    if (mayAsk) await copy.choose(codecChoice === 'h264' ? 'video/x-matroska' : 'video/webm');
    return copy;
  }

  /**
   * @param {() => boolean} isCurrent whether it is still this attempt that starts
   * @returns {Promise<boolean>} whether to begin now
   */
  async #countDown(isCurrent) {
    this.#state.go('counting');
    find('stop').focus();
    if (!await this.#countdown.run()) {
      this.#state.go('choosing');
      find('go-live').focus();
      return false;
    }
    this.#state.go('starting');
    // Three seconds are long enough to unplug a camera.
    const isThere = this.#studio.hasPicture || await this.#openPicture();
    if (!isCurrent()) return false;
    if (!isThere) this.#state.go('failed');
    return isThere;
  }

  // The end

  async #askToStop() {
    if (this.#state.name === 'counting') this.#countdown.cancel();
    else if (this.#state.name === 'starting') this.#cancelStart();
    else if (this.#state.isOnAir && await askToStop() && this.#state.isOnAir) await this.#stop();
  }

  #cancelStart() {
    this.#air.cancel();
    this.#notice.hide();
    this.#state.go('choosing');
  }

  async #stop() {
    this.#state.go('stopping');
    this.#notice.hide();
    keepLastPicture(find('preview'));
    find('summary-about').textContent = this.#words.title;
    find('summary-copy').hidden = true;
    await this.#air.stop();
    this.#studio.close();
    this.#stage.show(this.#form.wish.source);
    this.#state.go('stopped');
    find('summary-title').focus();
  }

  /** The broadcast has ended against our will. */
  #ended(reason, name, answer) {
    this.#state.go('failed');
    this.#notice.show(wordsForEnd(reason, name, answer, this.#form.isOwnName));
  }

  #leave() {
    this.#air.leave();
    this.#studio.close();
  }

  // Acting on notices

  /** @param {import('./failure-words.js').ActionName} action */
  #act(action) {
    switch (action) {
      case 'take-over': return this.#goLive({ takesOver: true });
      case 'without-words': return this.#goLive({ savesWords: false });
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
    if (this.#state.isOnAir) return this.#air.use(source);
    this.#form.source = source;
    return this.#openPicture();
  }

  /** The obstacle that was reported: the picture, or going live. */
  #retry() {
    if (this.#state.isOnAir) return this.#air.apply();
    if (this.#state.name === 'failed' && this.#studio.hasPicture) return this.#goLive();
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
    if (isOnAir) this.#air.markChanges(this.#studio.pictureKind === 'standby');
    this.#air.showSwitches();
    const spoken = SPOKEN[name]?.(this.#shown) ?? '';
    if (spoken) announce(spoken);
    this.#shown = name;
  }
}

function stopLabel(state) {
  if (state === 'starting' || state === 'counting') return word('air.cancel');
  return state === 'stopping' ? word('air.stopping') : word('air.stop');
}

new LivePage().start();
