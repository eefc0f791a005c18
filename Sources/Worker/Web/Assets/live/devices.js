// Which cameras and microphones there are. Their names are told only to a page that may use one.

import { word } from '../common/words.js';

/**
 * @typedef {{id: string, label: string}} Device
 * @returns {Promise<{cameras: Device[], microphones: Device[]}>}
 */
export async function listDevices() {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
  const ofKind = (kind, numbered) => devices
    // Those two stand for others in the list.
    .filter((device) => device.kind === kind && device.deviceId !== ''
      && device.deviceId !== 'default' && device.deviceId !== 'communications')
    .map((device, index) => ({
      id: device.deviceId, label: device.label || numbered(String(index + 1)),
    }));
  return {
    cameras: ofKind('videoinput', (number) => word('setup.camera-number', { number })),
    microphones: ofKind(
      'audioinput', (number) => word('setup.microphone-number', { number })),
  };
}

/** Calls back whenever something is plugged in or out. */
export function watchDevices(onChange) {
  navigator.mediaDevices?.addEventListener('devicechange', onChange);
}
