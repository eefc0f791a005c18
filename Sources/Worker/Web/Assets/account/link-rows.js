// Shows no more rows for links than there are links, and one: further ones come when somebody asks for them.

/** In the form of a channel, where there is one. */
export function offerMoreLinks() {
  const list = document.querySelector('[data-links]');
  if (!list) return;
  const more = list.querySelector('[data-links-more]');
  const rows = [...list.querySelectorAll('.link-row')];
  const isEmpty = (row) => [...row.querySelectorAll('input')].every(({ value }) => value === '');
  rows.forEach((row, index) => { row.hidden = index > 0 && isEmpty(row); });
  const showMore = () => { more.hidden = !rows.some(({ hidden }) => hidden); };
  more.addEventListener('click', () => {
    const next = rows.find(({ hidden }) => hidden);
    next.hidden = false;
    next.querySelector('input').focus();
    showMore();
  });
  showMore();
}
