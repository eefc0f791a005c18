// The buttons that show secrets: passwords as they are typed, and a new stream key wherever it stands.
// The server renders them hidden.

import { word } from '../common/words.js';

/** Shows every button with `data-reveals`: the attribute holds the id of the password's field. */
export function offerToRevealPasswords() {
  for (const button of document.querySelectorAll('[data-reveals]')) {
    const field = document.getElementById(button.dataset.reveals);
    button.hidden = false;
    button.onclick = () => show(field, button, field.type === 'password');
    // Browsers remember what was typed into fields of text; a password must not be among it.
    field.form.addEventListener('submit', () => show(field, button, false));
  }
}

/**
 * Shows every button with `data-unmasks`: the attribute holds the id of the part of the page whose
 * secrets are masked (data-secrets="hidden") until the person asks for them.
 */
export function offerToUnmask() {
  for (const button of document.querySelectorAll('[data-unmasks]')) {
    const part = document.getElementById(button.dataset.unmasks);
    const unmask = (isShown) => {
      part.dataset.secrets = isShown ? 'shown' : 'hidden';
      button.textContent = isShown ? word('field.hide') : word('field.show');
      button.setAttribute('aria-pressed', String(isShown));
    };
    button.hidden = false;
    button.onclick = () => unmask(part.dataset.secrets === 'hidden');
    // A key that is copied by hand has to be readable.
    part.addEventListener('copybyhand', () => unmask(true));
  }
}

function show(field, button, isShown) {
  field.type = isShown ? 'text' : 'password';
  button.textContent = isShown ? word('field.hide') : word('field.show');
  button.setAttribute('aria-pressed', String(isShown));
}
