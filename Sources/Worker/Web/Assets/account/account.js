// What scripts improve on the pages about accounts; all of the pages work without them.

import { checkNewName } from './new-name.js';
import { showLocalTimes } from './local-times.js';
import { offerToRevealPasswords, offerToUnmask } from './reveal.js';

// The answer to a form is the account's page: loading it again must not send the form again.
if (document.querySelector('main.account')) history.replaceState(null, '', '/account');
offerToRevealPasswords();
offerToUnmask();
checkNewName();
showLocalTimes();
