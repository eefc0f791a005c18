// Finding something among many broadcasts: the search, the order, and more cards as the visitor goes down.

import { word } from '../common/words.js';

/** From so many broadcasts on, it is offered (as in HomePage.swift). */
const BROWSE_FROM = 12;
/** How near the end of the list is when more is put there. */
const MARGIN_PX = 900;

/**
 * @param {import('./stream-list.js').StreamList} list
 * @param {Record<string, HTMLElement>} elements by id
 * @returns {() => void} to be called when the list has changed
 */
export function setUpBrowsing(list, elements) {
  const { browse, search, sort, found, more } = elements;
  const show = () => {
    const query = search.value.trim();
    // What is being used stays.
    if (list.streams.length >= BROWSE_FROM) browse.hidden = false;
    else if (query === '' && !browse.contains(document.activeElement)) browse.hidden = true;
    const words = wordsFor(query, list.found);
    if (found.textContent !== words) found.textContent = words;
  };
  search.addEventListener('input', () => {
    list.search(search.value);
    show();
    keepShowing();
  });
  sort.addEventListener('change', () => list.sort(sort.value));
  browse.addEventListener('submit', (event) => event.preventDefault());

  const observer = new IntersectionObserver((changes) => {
    if (!changes.at(-1).isIntersecting || !list.hasMore) return;
    // What was seen may be of before the list came.
    if (isNear()) list.showMore();
    keepShowing();
  }, { rootMargin: `${MARGIN_PX}px` });
  const isNear = () => more.getBoundingClientRect().top <= innerHeight + MARGIN_PX;
  /** An observer tells of changes only, and the end of the list may still be in view. */
  const keepShowing = () => {
    observer.unobserve(more);
    observer.observe(more);
  };
  keepShowing();
  return show;
}

function wordsFor(query, count) {
  if (query === '') return '';
  return count === 0 ? word('home.none-found', { query }) : word('home.found', { count });
}
