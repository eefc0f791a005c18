// What the pages about accounts do better with a script; all of them work without it.

import { offerToRevealPasswords } from './reveal.js';
import { showLocalTimes } from './local-times.js';

offerToRevealPasswords();
showLocalTimes();
