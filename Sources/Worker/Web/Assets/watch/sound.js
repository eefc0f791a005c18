// Volume and mute, what the viewer chose last time, and how playing may begin: browsers let a page
// start with sound only when its visitor has done something there.

const STORAGE_KEY = 'weir.sound';

export class Sound {
  /** Muted by us, not by the viewer: worth an invitation. */
  isUnasked = true;

  #video;
  #onChange;

  /**
   * @param {HTMLVideoElement} video
   * @param {() => void} onChange
   */
  constructor(video, onChange) {
    this.#video = video;
    this.#onChange = onChange;
    const chosen = load();
    video.volume = chosen?.volume ?? 1;
    video.muted = chosen?.isMuted ?? true;
    this.isUnasked = chosen === null;
    video.addEventListener('volumechange', () => onChange());
  }

  get isMuted() { return this.#video.muted || this.#video.volume === 0; }

  get volume() { return this.#video.volume; }

  /**
   * Plays, muted if it must be.
   * @returns {Promise<boolean>} false when the browser wants the viewer to press something first
   */
  async play() {
    try {
      await this.#video.play();
      return true;
    } catch (error) {
      // Another source took over meanwhile, or a pause.
      if (error.name !== 'NotAllowedError') return true;
    }
    if (this.#video.muted) return false;
    this.#video.muted = true;
    this.isUnasked = true;
    return this.play();
  }

  /** By the viewer. */
  setMuted(isMuted) {
    this.#video.muted = isMuted;
    if (!isMuted && this.#video.volume === 0) this.#video.volume = 0.5;
    this.#remember();
  }

  /** By the viewer; from 0 to 1. */
  setVolume(volume) {
    this.#video.volume = Math.min(1, Math.max(0, volume));
    this.#video.muted = this.#video.volume === 0;
    this.#remember();
  }

  #remember() {
    this.isUnasked = false;
    save({ volume: this.#video.volume, isMuted: this.#video.muted });
    this.#onChange();
  }
}

/** Null when nothing was chosen yet, or the browser keeps nothing for us. */
function load() {
  try {
    const { volume, isMuted } = JSON.parse(localStorage.getItem(STORAGE_KEY));
    return volume >= 0 && volume <= 1 ? { volume, isMuted: Boolean(isMuted) } : null;
  } catch {
    return null;
  }
}

function save(chosen) {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(chosen));
  } catch {
    // Private windows may refuse: then it is not remembered.
  }
}
