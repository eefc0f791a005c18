"""How large what one can press is, for a thumb."""

from __future__ import annotations

from .chromium import ChromiumPage

#: The side of a square, in px of CSS (WCAG 2.2, 2.5.5).
THUMB_PX = 44

# Links in running text are as high as it is. What covers a whole card is as large as the card; a box that one
# ticks, as its label. Half a pixel is rounding.
_SMALL = """
const isInText = (element) => getComputedStyle(element).display === 'inline'
  && [...element.parentElement.childNodes].some(
    (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
const boxOf = (element) => {
  const label = element.matches('[type=checkbox], [type=radio]') ? element.closest('label') : null;
  const card = getComputedStyle(element, '::after').position === 'absolute' ? element.offsetParent : null;
  return (label ?? card ?? element).getBoundingClientRect();
};
const modal = document.querySelector('dialog:modal');
return [...(modal ?? document).querySelectorAll('a[href], button, summary, select, input, textarea')]
  .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !element.disabled && element.type !== 'hidden' && !element.closest('.skip-link, .visually-hidden')
    && !isInText(element))
  .map((element) => ({ element, box: boxOf(element) }))
  .filter(({ box }) => box.width > 0 && Math.min(box.width, box.height) < argument - 0.5)
  .map(({ element, box }) => {
    const name = element.id ? `#${element.id}` : element.outerHTML.slice(0, 80);
    return `${name}: ${box.width.toFixed(1)} × ${box.height.toFixed(1)} px`;
  });
"""


def small_targets(page: ChromiumPage) -> list[str]:
    """What can be pressed now and is smaller than a thumb; empty is good."""
    found: list[str] = page.run(_SMALL, THUMB_PX)
    return found
