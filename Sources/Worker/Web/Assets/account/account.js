// What scripts improve on the pages about accounts; all of the pages work without them.

import { markPresentPage } from '../common/frame.js';
import { checkNewName } from './new-name.js';
import { sendFormsFromHere } from './form-answers.js';
import { offerMoreLinks } from './link-rows.js';
import { showLocalTimes } from './local-times.js';
import { offerToChangePicture } from './picture-form.js';
import { offerToRevealPasswords, offerToUnmask } from './reveal.js';

/** Call it for each page that comes into this document. */
function start() {
  // The answer to a form is the account's page: loading it again must not send the form again.
  if (document.querySelector('main.account')) history.replaceState(null, '', '/account');
  markPresentPage();
  offerToRevealPasswords();
  offerToUnmask();
  checkNewName();
  offerToChangePicture();
  offerMoreLinks();
  showLocalTimes();
}

start();
sendFormsFromHere(start);
