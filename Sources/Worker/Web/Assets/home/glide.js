// Lets what has another place after a change move there visibly.

const GLIDE = 'glide';
const GLIDE_MS = 500;

export class Glide {
  #movables;
  #isGliding = false;

  /** @param {() => Element[]} movables what may move */
  constructor(movables) {
    this.#movables = movables;
  }

  /** Runs `change`. May be nested. @param {() => void} change */
  around(change) {
    if (this.#isGliding || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      change();
      return;
    }
    this.#isGliding = true;
    const elements = this.#movables();
    const before = new Map(elements.map((element) => [element, element.getBoundingClientRect()]));
    change();
    this.#isGliding = false;
    for (const element of elements) stopGliding(element);
    for (const [element, from] of before) {
      const to = element.getBoundingClientRect();
      const [x, y] = [from.left - to.left, from.top - to.top];
      if (element.isConnected && (x !== 0 || y !== 0)) {
        element.animate(
          [{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }],
          { id: GLIDE, duration: GLIDE_MS, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)' });
      }
    }
  }
}

/** From here on the element is where it belongs, not on its way there. */
function stopGliding(element) {
  for (const animation of element.getAnimations()) {
    if (animation.id === GLIDE) animation.cancel();
  }
}
