// Where the copy of a broadcast can be written: a file that the broadcaster has chosen, the browser's own
// file system, or memory. Each is opened for one file, and has the same two methods.

import { startWorker } from './own-worker.js';

/** Memory: a broadcast of half an hour at 2 Mbit/s. */
const MEMORY_BYTES_MAX = 500_000_000;

/**
 * @typedef {object} Place
 * @property {'chosen' | 'browser' | 'memory'} kind
 * @property {(blob: Blob) => Promise<void>} write throws the browser's error, or one called 'Bound', or
 *   'Lost' when the disk is full and nothing is left of the file
 * @property {() => Promise<Blob | null>} close the file, if it is in memory
 */

/** @param {FileSystemFileHandle} handle @returns {Promise<Place>} */
export async function openChosen(handle) {
  const writer = await handle.createWritable();
  return {
    kind: 'chosen',
    write: (blob) => writer.write(blob).catch(throwAsLost),
    close: async () => {
      await writer.close().catch(throwAsLost);
      return null;
    },
  };
}

/** The file appears when it is complete, and after a failed write it never is: nothing is left of it. */
function throwAsLost(error) {
  if (error?.name !== 'QuotaExceededError') throw error;
  throw new DOMException('The disk is full.', 'Lost');
}

/** @param {string} name of the file @returns {Promise<Place>} */
export async function openWithoutAsking(name, mimeType) {
  try {
    return await openInBrowser(name);
  } catch {
    // No such file system, for example in a private window.
    return openInMemory(mimeType);
  }
}

async function openInBrowser(name) {
  const worker = startWorker('copy-worker.js');
  const waiting = [];
  worker.onmessage = ({ data: fault }) => waiting.shift()?.(fault);
  worker.onerror = () => { for (const answer of waiting.splice(0)) answer('Error'); };
  const ask = async (message, transferred = []) => {
    const answered = new Promise((resolve) => { waiting.push(resolve); });
    worker.postMessage(message, transferred);
    const fault = await answered;
    if (fault !== '') throw new DOMException('The file cannot be written.', fault);
  };
  try {
    await ask({ step: 'open', name });
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return {
    kind: 'browser',
    write: async (blob) => {
      const bytes = await blob.arrayBuffer();
      await ask({ step: 'write', bytes }, [bytes]);
    },
    close: async () => {
      await ask({ step: 'close' }).finally(() => worker.terminate());
      return null;
    },
  };
}

/** @returns {Place} */
function openInMemory(type) {
  const blobs = [];
  let bytes = 0;
  return {
    kind: 'memory',
    write: async (blob) => {
      if (bytes + blob.size > MEMORY_BYTES_MAX) {
        throw new DOMException('That is all that fits.', 'Bound');
      }
      bytes += blob.size;
      blobs.push(blob);
    },
    close: async () => new Blob(blobs, { type }),
  };
}
