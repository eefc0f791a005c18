// What the pages about accounts do better with a script; all of them work without it.

import { checkNewName } from './new-name.js';
import { showLocalTimes } from './local-times.js';
import { offerToRevealPasswords } from './reveal.js';

offerToRevealPasswords();
checkNewName();
showLocalTimes();
