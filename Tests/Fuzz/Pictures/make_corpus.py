#!/usr/bin/env python3
"""Makes the seed corpus of FuzzPictures, which the tests of Pictures read as well: small pictures of each
kind, as Pillow writes them (libjpeg, zlib, libwebp), some with all that programs write beside a picture.

Usage: make_corpus.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

CORPUS = Path(__file__).resolve().parent / "Corpus"
SECRET = "somebody's garden"


def drawn(mode: str = "RGB", size: tuple[int, int] = (24, 16), shift: int = 0) -> Image.Image:
    """Something with edges, gradients and, where there is any, transparency."""
    image = Image.new("RGBA", size)
    image.putdata([
        ((x * 10 + shift) % 256, y * 15 % 256, 200 if (x // 4 + y // 4) % 2 else 40, 255 - x * 6)
        for y in range(size[1]) for x in range(size[0])])
    return image.convert(mode)


def notes() -> dict[str, Any]:
    """What programs write beside a picture."""
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {"exif": exif.tobytes(), "icc_profile": profile}


def save(name: str, image: Image.Image, **options: Any) -> None:
    form = name.split("-")[0]
    with (CORPUS / name).open("wb") as file:
        image.save(file, format={"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}[form], **options)


def main() -> None:
    CORPUS.mkdir(exist_ok=True)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>")
    packet = f"<x>{SECRET}</x>".encode()
    frames = [drawn(shift=30 * step) for step in range(1, 3)]
    save("jpeg-baseline", drawn(), quality=60)
    save("jpeg-progressive", drawn(), quality=60, progressive=True)
    save("jpeg-grey", drawn("L"), quality=60, optimize=True)
    save("jpeg-notes", drawn(), quality=60, comment=SECRET, xmp=packet, **notes())
    save("png-colour", drawn())
    save("png-alpha", drawn("RGBA"))
    save("png-grey", drawn("L"))
    save("png-grey-alpha", drawn("LA"))
    save("png-grey-16", drawn("L").convert("I").convert("I;16"))
    save("png-black-white", drawn("L").convert("1"))
    save("png-palette", drawn("RGBA").quantize(8))
    save("png-transparent-colour", drawn(), transparency=(0, 0, 40))
    save("png-notes", drawn(), pnginfo=texts, dpi=(72, 72), **notes())
    save("png-animated", drawn(), save_all=True, append_images=frames, duration=100)
    save("webp-lossy", drawn(), quality=60)
    save("webp-lossless", drawn("RGBA"), lossless=True)
    save("webp-alpha", drawn("RGBA"), quality=60)
    save("webp-odd", drawn(size=(17, 19)), quality=50)
    save("webp-notes", drawn("RGBA"), quality=60, xmp=packet, **notes())
    save("webp-animated", drawn(), save_all=True, append_images=frames, duration=100)


if __name__ == "__main__":
    main()
