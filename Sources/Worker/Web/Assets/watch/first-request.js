// The first request for a broadcast, sent before the page is even read: the page loads this module on
// its own, as soon as it can, and the player takes over the answer when it is ready.

import { requestLists } from './lists-request.js';
import { requestMedia } from './media-request.js';
import { readsLists, streamsMP4, streamsWebM } from './media-source.js';
import { asksForLists, viaOf } from './via.js';

const [, name] = location.pathname.split('/');

/** What the address of the page asks for. */
export const via = viaOf(location.search);
export const firstController = new AbortController();
export const beginsWithLists = asksForLists(
  via, streamsWebM(), streamsMP4() || readsLists());
export const firstAnswer = beginsWithLists
  ? requestLists(name, firstController) : requestMedia(name, 0, firstController);
