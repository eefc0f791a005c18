// The buttons beside passwords that show what is typed. The server renders them hidden.

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

function show(field, button, isShown) {
  field.type = isShown ? 'text' : 'password';
  button.textContent = isShown ? 'Hide' : 'Show';
  button.setAttribute('aria-pressed', String(isShown));
}
