// Microphone, camera and screen, each switched with one press while on air.

import { AirControls } from './air-controls.js';

/**
 * @typedef {import('./lost-inputs.js').Desk & {apply: () => Promise<void>}} SwitchDesk  apply: what
 *   the form says
 */

export class AirSwitches {
  #desk;
  /** @type {'camera' | 'test'} what is shown again when the screen is not any more */
  #beforeScreen = 'camera';
  #controls = new AirControls({
    onMicrophone: () => this.#toggleMicrophone(),
    onCamera: () => this.#toggleCamera(),
    onScreen: () => this.#toggleScreen(),
  });

  /** @param {SwitchDesk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  show() {
    const { studio } = this.#desk;
    this.#controls.show({
      isOnAir: this.#desk.isOnAir(),
      hasSound: studio.hasMicrophone && studio.isMicrophoneOn,
      picture: this.#picture,
    });
  }

  /** @param {'camera' | 'screen' | 'test'} source to be shown now */
  async use(source) {
    this.#desk.form.source = source;
    await this.#desk.apply();
    const shown = this.#picture;
    // The source could not be opened: what is shown stays.
    if (shown !== source && shown !== 'standby' && shown !== null) this.#desk.form.source = shown;
  }

  #toggleMicrophone() {
    const { studio, form } = this.#desk;
    if (studio.hasMicrophone) {
      studio.isMicrophoneOn = !studio.isMicrophoneOn;
      return this.show();
    }
    studio.isMicrophoneOn = true;
    form.chooseMicrophone();
    return this.#desk.apply();
  }

  /** Off, the camera is closed, and its light goes out. */
  #toggleCamera() {
    if (this.#picture !== 'camera') return this.use('camera');
    const { studio, form, stage } = this.#desk;
    studio.openStandby(form.wish.size);
    stage.show(form.wish.source);
    this.#desk.markChanges(true);
    this.show();
    return this.#desk.recordAnew();
  }

  /** Back from the screen to what was shown before. */
  #toggleScreen() {
    const picture = this.#picture;
    if (picture === 'screen') return this.use(this.#beforeScreen);
    if (picture === 'camera' || picture === 'test') this.#beforeScreen = picture;
    return this.use('screen');
  }

  /** What is shown. A camera that gives no picture for now is one. */
  get #picture() {
    const { studio } = this.#desk;
    return studio.isCovered ? 'camera' : studio.pictureKind;
  }
}
