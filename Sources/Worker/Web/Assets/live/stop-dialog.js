// Asks once whether to stop.

const dialog = document.getElementById('stop-dialog');

/** @returns {Promise<boolean>} */
export function askToStop() {
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'stop');
  });
}
