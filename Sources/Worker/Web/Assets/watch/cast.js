// The button that sends the broadcast on to a television (AirPlay). It is there while there is such a
// device, and what plays can be sent: lists that the browser reads by itself.

/**
 * @param {Record<string, HTMLElement>} elements   by id
 * @param {import('./player.js').Player} player
 */
export function setUpCast({ video, cast: button }, player) {
  if (!('webkitShowPlaybackTargetPicker' in video)) return;
  let isAvailable = false;
  const show = () => { button.hidden = !(isAvailable && player.via === 'hls'); };
  video.addEventListener('webkitplaybacktargetavailabilitychanged', ({ availability }) => {
    isAvailable = availability === 'available';
    show();
  });
  video.addEventListener('loadstart', show);
  button.addEventListener('click', () => video.webkitShowPlaybackTargetPicker());
}
