// The folder for copies of broadcasts in the browser's own file system (OPFS). No other program sees it, so
// what lies there is to be saved among the downloads, or removed.

export const COPY_FOLDER = 'weir-copies';
/** What nobody has asked for by then is removed. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** @returns {Promise<File[]>} the oldest first; none where the browser has no such place */
export async function listCopies() {
  try {
    const folder = await openFolder();
    const files = [];
    for await (const handle of folder.values()) {
      if (handle.kind === 'file') files.push(await handle.getFile());
    }
    return files.sort((one, other) => one.lastModified - other.lastModified
      || one.name.localeCompare(other.name));
  } catch {
    return [];
  }
}

/** One that is being written stays. @param {string} name */
export async function removeCopy(name) {
  try {
    await (await openFolder()).removeEntry(name);
  } catch {
    // It is gone already, or in use.
  }
}

/** @param {number} nowMs since 1970 */
export async function removeOldCopies(nowMs) {
  for (const { name, lastModified, size } of await listCopies()) {
    if (nowMs - lastModified > KEPT_MS || size === 0) await removeCopy(name);
  }
}

async function openFolder() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(COPY_FOLDER);
}
