// Starts scripts of this folder in threads of their own.

/** The page's policy demands that a script's address is vouched for. These are our own. */
const policy = globalThis.trustedTypes?.createPolicy('weir-worker', {
  createScriptURL: (url) => url,
});

/** Throws where the browser has no workers. @param {string} file of this folder */
export function startWorker(file) {
  const url = new URL(file, import.meta.url).href;
  return new Worker(policy ? policy.createScriptURL(url) : url, { type: 'module' });
}
