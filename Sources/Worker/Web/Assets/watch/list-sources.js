// What plays lists, loaded only where a broadcast comes by them. All that it is made of is named here: then
// browsers ask for it at once, and not level by level.

import './list-plan.js';
import './list-reach.js';
import './listed-track.js';
import { ListsPlayer } from './lists-player.js';
import './mp4-times.js';
import { PieceSource } from './piece-source.js';
import './steady-fetch.js';

export { ListsPlayer, PieceSource };
