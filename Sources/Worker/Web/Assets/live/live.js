// The page to go live from. This is its controller: it owns the state, and connects form, studio
// (what is in front of the camera), the broadcast (on-air.js) and what is shown.

import { announce } from '../common/announce.js';
import { word } from '../common/words.js';
import { AudienceNote } from './audience-note.js';
import { wordsForEnd } from './failure-words.js';
import { Notice } from './notice.js';
import { OnAir } from './on-air.js';
import { PageState } from './page-state.js';
import { SetupForm } from './setup-form.js';
import { wordsForBrowser, wordsForMicrophone, wordsForPicture } from './source-words.js';
import { isCameraAllowed } from './sources.js';
import { Stage } from './stage.js';
import { askToStop } from './stop-dialog.js';
import { Studio } from './studio.js';
import { startTicker } from './ticker.js';

const REFRESH_MS = 250;
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
    onPictureEnded: (kind) => this.#air.pictureEnded(kind),
    onMicrophoneEnded: () => this.#air.microphoneEnded(),
  });
  #form = new SetupForm({ onSubmit: () => this.#submit(), onChange: () => this.#choicesChanged() });
  #audience = new AudienceNote(this.#form, () => this.#choicesChanged());
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
  });
  #isUsable = true;

  start() {
    find('stop').onclick = () => this.#askToStop();
    find('again').onclick = () => this.#setUpAgain();
    // Not an ordinary timer: that of a hidden tab comes once a second, or once a minute.
    startTicker(REFRESH_MS, () => this.#air.look());
    addEventListener('online', () => this.#air.retryNow());
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
    if (this.#state.isOnAir) this.#air.apply();
    else if (!this.#state.isBusy && this.#isUsable) this.#goLive(false);
  }

  /** @param {boolean} takesOver from ourselves, in another tab or on another device */
  async #goLive(takesOver) {
    const name = this.#form.takeName();
    if (name === null) return;
    this.#notice.hide();
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
    this.#form.remember(name);
    await this.#air.begin(name, takesOver);
  }

  // The end

  async #askToStop() {
    if (this.#state.name === 'starting') this.#cancelStart();
    else if (this.#state.isOnAir && await askToStop() && this.#state.isOnAir) await this.#stop();
  }

  #cancelStart() {
    this.#air.leave();
    this.#notice.hide();
    this.#state.go('choosing');
  }

  async #stop() {
    this.#state.go('stopping');
    this.#notice.hide();
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
    if (this.#state.isOnAir) return this.#air.use(source);
    this.#form.source = source;
    return this.#openPicture();
  }

  /** The obstacle that was reported: the picture, or going live. */
  #retry() {
    if (this.#state.isOnAir) return this.#air.apply();
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
    if (isOnAir) this.#air.markChanges(this.#studio.pictureKind === 'standby');
    this.#air.showSwitches();
    if (SPOKEN[name]) announce(SPOKEN[name]());
  }
}

function stopLabel(state) {
  if (state === 'starting') return word('air.cancel');
  return state === 'stopping' ? word('air.stopping') : word('air.stop');
}

new LivePage().start();
