// What the pages about accounts do better with a script; all of them work without it.

import { checkNewName } from './new-name.js';
import { showLocalTimes } from './local-times.js';
import { offerToRevealPasswords, offerToUnmask } from './reveal.js';

// What a form was answered with is the account's page: to load it again is not to send that again.
if (document.querySelector('main.account')) history.replaceState(null, '', '/account');
offerToRevealPasswords();
offerToUnmask();
checkNewName();
showLocalTimes();
