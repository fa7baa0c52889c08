"""From an encoded image or an array to the pixels of the store, in the same way for all sources.

Color: an image becomes 8-bit RGB, or grey if all images of the source are grey. Transparent pixels are laid on white,
16-bit values are scaled, not clipped, the first frame of an animation is taken, EXIF orientation is applied, and color
profiles are not. Geometry: a centered square is cut out, then resized by Pillow's bicubic filter. Pillow widens the
filter with the reduction, which is antialiasing (the cost of filters without it: arXiv 2104.11222).
"""

import io
from typing import IO

import numpy as np
from PIL import Image
from PIL import ImageOps

# Formats that Pillow decodes itself: others, such as EPS, start an outside program.
_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "MPO", "PNG", "PPM", "TIFF", "WEBP")


def is_grey(file: IO[bytes]) -> bool:
    """Returns whether an encoded image is grey by the mode in its header; a palette counts as color.

    Raises:
        Exception: of many types, whatever Pillow raises for a file that it cannot read.
    """
    mode = _opened(file).mode
    return mode in ("1", "L", "LA", "La", "F") or mode.startswith("I")


def pixels(content: bytes | np.ndarray, *, crop: int | None, resolution: int, channels: int) -> np.ndarray:
    """Decodes, crops and resizes one image.

    Args:
        content: an encoded file (bytes), or uint8 (H, W) or (H, W, C) with 1, 3 or 4 channels.
        crop: side in pixels of the centered square to cut out, limited to the short side; None: the short side.
        resolution: side of the result.
        channels: 1 or 3.

    Returns:
        uint8 (resolution, resolution, channels).

    Raises:
        Exception: of many types, whatever Pillow raises for a file that it cannot read.
    """
    if isinstance(content, bytes):
        image = ImageOps.exif_transpose(_opened(io.BytesIO(content)))
    else:
        image = Image.fromarray(content.squeeze(-1) if content.shape[2:] == (1,) else content)
    image = _fit(_eight_bits(image, "L" if channels == 1 else "RGB"), crop, resolution)
    return np.asarray(image).reshape(resolution, resolution, channels)


def _opened(file: IO[bytes]) -> Image.Image:
    image = Image.open(file)
    if image.format not in _FORMATS:
        raise ValueError(f"format {image.format} is not supported")
    return image


def _eight_bits(image: Image.Image, mode: str) -> Image.Image:
    if image.mode == "F":
        raise ValueError("floating-point pixels, whose range is unknown")
    if image.mode.startswith("I"):
        image = Image.fromarray((np.clip(np.asarray(image), 0, 65535) / 257).round().astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    return image.convert(mode)


def _fit(image: Image.Image, crop: int | None, resolution: int) -> Image.Image:
    side = min(image.size) if crop is None else min(crop, *image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side))
    if side == 28 and resolution == 32:
        return ImageOps.expand(image, 2)  # Digits and clothes stay sharp, on their black background.
    return image.resize((resolution, resolution), Image.Resampling.BICUBIC)
