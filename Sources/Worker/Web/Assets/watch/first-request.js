// The first request for media, sent before the page is even read: the page loads this module on its
// own, as soon as it can, and the player takes over the answer when it is ready.

import { requestMedia } from './media-request.js';

const [, name] = location.pathname.split('/');

export const firstController = new AbortController();
export const firstAnswer = requestMedia(name, 0, firstController);
