"""Drawing of an uploaded picture anew, run in a child process by `portal.documents.pictures`.

Imports nothing of Django. The size in pixels is read from the header and limited before anything is unpacked.
It sends one FACTS frame ('F', JSON: media_type) and one PICTURE frame ('P').
"""

import io
import json
import warnings
from collections.abc import Mapping
from typing import Any

import pillow_heif
from PIL import Image, ImageOps

from portal.core.child_entry import FileRefusal, Send

MAX_PIXELS = 60_000_000  # the largest photos of phones have 50 million and 200 million pixels
FACTS, PICTURE = b"F", b"P"
_QUALITY = 85


def answer(request: Mapping[str, Any], content: bytes, send: Send) -> None:
    """Send the picture as JPEG, or as PNG where it has transparency or was one.

    Args:
        request: `formats` are names of Pillow; `max_side` is in pixels.

    Raises:
        FileRefusal: too many pixels, broken, or of another format.
    """
    pillow_heif.options.DECODE_THREADS = 1  # each has a stack, which counts as memory
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # checked below, with a message
    warnings.simplefilter("ignore")  # of odd metadata; nobody reads them here
    try:
        drawn_picture = _draw(content, list(request["formats"]), request["max_side"])
    except (FileRefusal, MemoryError):
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them stumble over
        raise FileRefusal("照片打不开或不完整，请重新拍一张。", "broken") from error
    image_format = "JPEG" if drawn_picture.mode == "RGB" else "PNG"
    out = io.BytesIO()
    drawn_picture.save(out, image_format, quality=_QUALITY)
    send(FACTS, json.dumps({"media_type": f"image/{image_format.lower()}"}).encode())
    send(PICTURE, out.getvalue())


def _draw(content: bytes, formats: list[str], max_side: int) -> Image.Image:
    """Return the first frame, upright, at most `max_side` wide and high, without metadata."""
    with Image.open(io.BytesIO(content), formats=formats) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise FileRefusal(
                f"照片有 {picture.width}×{picture.height} 个像素，最多6000万个。请降低像素后再传。",
                "pixels",
            )
        is_png = picture.format == "PNG"
        picture.draft("RGB", (max_side, max_side))  # a JPEG is unpacked at a fraction of its size
        picture.load()
        picture.thumbnail((max_side, max_side))
        upright = ImageOps.exif_transpose(picture)
        has_transparency = upright.has_transparency_data
        plain = upright.convert("RGBA" if has_transparency else "RGB")
    plain.info.clear()
    # Drawings saved as PNG keep sharp edges: with up to 256 colours they stay PNG.
    return plain.quantize() if is_png and not has_transparency and plain.getcolors(256) else plain
