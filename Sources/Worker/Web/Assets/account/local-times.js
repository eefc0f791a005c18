// Converts times that the server has written in UTC to the reader's own time zone.

import { locale } from '../common/words.js';

const STYLES = {
  date: { dateStyle: 'long' },
  'date-time': { dateStyle: 'medium', timeStyle: 'short' },
};

/** Every time element with `data-local`: "date" or "date-time". */
export function showLocalTimes() {
  for (const element of document.querySelectorAll('time[data-local]')) {
    const style = STYLES[element.dataset.local];
    const time = new Date(element.dateTime);
    element.textContent = new Intl.DateTimeFormat(locale(), style).format(time);
  }
}
