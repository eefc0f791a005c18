// Events as the server sends them, in one response that does not end: a source for `subscribe`.

export class EventResponse {
  #source;

  /**
   * @param {string} [stream] only this stream
   * @param {import('./event-polls.js').EventHandlers} handlers
   */
  constructor(stream, handlers) {
    const query = stream === undefined ? '' : `?stream=${encodeURIComponent(stream)}`;
    this.#source = new EventSource(`/api/events${query}`);
    const on = (type, handle) => this.#source.addEventListener(type, (event) => {
      let data;
      try {
        data = JSON.parse(event.data);
      } catch {
        handlers.onFailure();
        return;
      }
      handle(data);
    });
    this.#source.addEventListener('open', () => handlers.onOpen());
    this.#source.addEventListener('error', () => handlers.onFailure());
    on('streams', (data) => handlers.onSnapshot(data.streams));
    on('stream', (data) => handlers.onStream(data));
    on('gone', (data) => handlers.onGone(data.name));
  }

  close() { this.#source.close(); }
}
