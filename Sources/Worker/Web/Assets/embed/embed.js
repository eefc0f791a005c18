// The player in a frame of another site's page: the page that plays one stream, without the features
// that the page around it does not allow.

import { startCopyButtons } from '../common/copy.js';
import '../watch/watch.js';

// Other pages have it from the frame around them.
startCopyButtons();

// Phones that have no full screen for pages have one for the video itself.
const hasFullScreen = document.fullscreenEnabled
  || 'webkitEnterFullscreen' in HTMLVideoElement.prototype;
document.getElementById('fullscreen').hidden = !hasFullScreen;
