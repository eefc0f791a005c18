// Says what is wrong with a name while it is typed, and removes what the server has said about the
// name before.

import { checkName } from '../common/stream-name.js';

/** For the field with `data-new-name`, if there is one. */
export function checkNewName() {
  const field = document.querySelector('[data-new-name]');
  if (!field) return;
  const error = document.getElementById(`${field.id}-error`) ?? addErrorAfter(field);
  let hasLeft = false;
  const show = () => {
    const { complaint, isUnfinished } = checkName(field.value);
    const complains = complaint !== null && (!isUnfinished || (hasLeft && field.value !== ''));
    error.textContent = complains ? complaint : '';
    field.setAttribute('aria-invalid', String(complains));
  };
  field.addEventListener('input', show);
  field.addEventListener('change', () => {
    hasLeft = true;
    show();
  });
}

function addErrorAfter(field) {
  const error = document.createElement('p');
  error.id = `${field.id}-error`;
  error.className = 'field-error';
  error.setAttribute('aria-live', 'polite');
  field.after(error);
  const others = field.getAttribute('aria-describedby') ?? '';
  field.setAttribute('aria-describedby', `${error.id} ${others}`.trim());
  return error;
}
