// A timer that a hidden tab does not slow down: sends a message every so many ms until it is ended.

let timer = 0;

onmessage = ({ data: intervalMs }) => {
  clearInterval(timer);
  timer = setInterval(() => postMessage(null), intervalMs);
};
