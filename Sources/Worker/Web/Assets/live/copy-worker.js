// Writes one file in the browser's own file system (OPFS), in place: what is written stays, whatever
// becomes of the page. Every message is answered, in order, with the name of what went wrong, or ''.

import { COPY_FOLDER } from './copy-folder.js';

/** @type {FileSystemSyncAccessHandle | null} */
let file = null;
let sizeBytes = 0;
let turn = Promise.resolve();

const steps = {
  async open({ name }) {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(COPY_FOLDER, { create: true });
    const handle = await folder.getFileHandle(name, { create: true });
    file = await handle.createSyncAccessHandle();
    file.truncate(0);
  },
  write({ bytes }) {
    const written = writeAt(bytes, sizeBytes);
    if (written === bytes.byteLength) sizeBytes += written;
    else endAtWhole('QuotaExceededError');
  },
  close() {
    file?.flush();
    file?.close();
    file = null;
  },
};

function writeAt(bytes, at) {
  try {
    return file.write(bytes, { at });
  } catch (error) {
    return endAtWhole(error.name);
  }
}

/** Half a chunk is of no use. */
function endAtWhole(name) {
  file.truncate(sizeBytes);
  throw new DOMException('The file is not written further.', name);
}

onmessage = ({ data }) => {
  turn = turn.then(() => steps[data.step](data))
    .then(() => postMessage(''), (error) => postMessage(error?.name ?? 'Error'));
};
