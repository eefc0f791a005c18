"""Contrast of what stands over pictures, which axe does not judge: it cannot know what is below.

All pictures of the page become white, then black. What is looked at becomes transparent, so that a
photograph has the ground alone, and the worst pixel of it is compared with the colour (WCAG 2.2, 1.4.3 and
1.4.11).
"""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from weir.waiting import wait_until

from .chromium import ChromiumPage

PICTURES = {"white": "#ffffff", "black": "#000000"}
# Of letters; of large ones and of icons.
_TEXT, _LARGE = 4.5, 3.0

# A picture that moves gets a cover, which is as large and under all that the picture is under.
_FILL = """
for (const video of document.querySelectorAll('#video, #preview')) {
  const cover = video.parentElement.querySelector('[data-cover]') ?? document.createElement('div');
  cover.dataset.cover = '';
  Object.assign(cover.style, { position: 'absolute', inset: '0', background: argument });
  video.after(cover);
}
for (const canvas of document.querySelectorAll('.stream-still, #still')) {
  canvas.dataset.wasHidden ??= canvas.hidden;
  canvas.hidden = false;
  const pen = canvas.getContext('2d');
  pen.fillStyle = argument;
  pen.fillRect(0, 0, canvas.width, canvas.height);
}
"""
_EMPTY = """
document.querySelectorAll('[data-cover]').forEach((cover) => cover.remove());
for (const canvas of document.querySelectorAll('[data-was-hidden]')) {
  canvas.hidden = canvas.dataset.wasHidden === 'true';
  delete canvas.dataset.wasHidden;
}
"""

# The first one of each selector that can be seen: where its letters are, or itself when it has none; its
# colour as red, green, blue and opacity.
_MEASURE = """
const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const read = (color, opacity) => {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = color;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255 * opacity];
};
return argument.map((selector) => {
  const element = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility({
    visibilityProperty: true, opacityProperty: true }) && each.getBoundingClientRect().width > 0);
  if (!element) return { selector, boxes: [] };
  element.scrollIntoView({ block: 'nearest' });
  let opacity = 1;
  for (let each = element; each; each = each.parentElement) opacity *= getComputedStyle(each).opacity;
  const range = document.createRange();
  range.selectNodeContents(element);
  const isText = element.innerText?.trim();
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  return {
    selector,
    color: read(style.color, opacity),
    isLarge: !isText || size >= 24 || (size >= 18.66 && style.fontWeight >= 700),
    boxes: [...(isText ? range : element).getClientRects()].map(
      ({ left, top, right, bottom }) => [left, top, right, bottom]),
  };
});
"""
_HIDE = """
for (const element of document.querySelectorAll(argument.join())) {
  for (const each of [element, ...element.querySelectorAll('*')]) {
    each.style.setProperty('transition', 'none');
    each.style.setProperty('color', 'transparent', 'important');
  }
}
await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
"""
_SHOW = """
for (const element of document.querySelectorAll(argument.join())) {
  for (const each of [element, ...element.querySelectorAll('*')]) each.style.removeProperty('color');
}
"""


def weak(page: ChromiumPage, selectors: list[str]) -> list[str]:
    """What of these cannot be read over a white or a black picture; empty is good. Without a box of its
    own, or out of the window, nothing can be read."""
    found = []
    for name, color in PICTURES.items():
        page.run(_FILL, color)
        ground = wait_until(lambda: _ground(page, selectors), "a page that stands still")
        assert ground is not None
        looks, picture = ground
        for look in looks:
            worst = min((_worst(look["color"], picture, box) for box in look["boxes"]), default=0.0)
            if worst < (_LARGE if look.get("isLarge") else _TEXT):
                found.append(f"{look['selector']}: {worst:.2f} to 1 over a {name} picture")
    page.run(_EMPTY)
    return found


def _ground(page: ChromiumPage, selectors: list[str]) -> tuple[list[dict[str, Any]], Image.Image] | None:
    """Where these are, and a picture without them; nothing when they moved meanwhile, as after the window
    had another size."""
    looks: list[dict[str, Any]] = page.run(_MEASURE, selectors)
    page.run(_HIDE, selectors)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.run(_SHOW, selectors)
    return (looks, picture) if page.run(_MEASURE, selectors) == looks else None


def _worst(color: list[float], picture: Image.Image, box: list[float]) -> float:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > picture.width or bottom > picture.height:
        return 0.0
    ground = picture.crop((round(left), round(top), round(right), round(bottom)))
    pixels = ground.getcolors(ground.width * ground.height) or []
    return min((_contrast(_over(color, pixel), pixel) for _, pixel in pixels), default=0.0)


def _over(color: list[float], ground: tuple[float, ...]) -> tuple[float, ...]:
    """A colour that may let through what is below."""
    return tuple(part * color[3] + below * (1 - color[3]) for part, below in zip(color[:3], ground))


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: tuple[float, ...]) -> float:
    """Relative. Red, green and blue are 0 to 255."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
