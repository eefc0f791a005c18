// What plays lists, loaded only where a broadcast comes by them.

import { ListsPlayer } from './lists-player.js';
import { PieceSource } from './piece-source.js';

export { ListsPlayer, PieceSource };
