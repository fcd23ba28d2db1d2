"""Scanned papers that people upload: what is kept of the bytes, and of which type they are.

A file's name proves nothing, so neither is read from it.
"""

import io

import filetype
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE = 2400  # pixels: a page stays readable, and no more is kept than that
_MAX_PIXELS = 60_000_000  # a small file may unpack to gigabytes
_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
PDF = "application/pdf"


def cleaned(content: bytes) -> tuple[bytes, str]:
    """What is kept of an upload, and its media type, both from the bytes alone: a file's name proves nothing.

    Pictures are drawn anew, which drops where and with what they were taken, and anything hidden behind them.

    Raises:
        ValidationError: too large, another type, or broken.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。")
    if len(content) > MAX_BYTES:
        raise ValidationError("文件超过 5 MB，请拍小一点或压缩后再传。")
    found = filetype.guess(content)
    media = found.mime if found else ""
    if media == PDF:
        if b"%%EOF" not in content[-2048:]:
            raise ValidationError("这个 PDF 不完整，请重新导出后再传。")
        return content, PDF
    if media not in _PICTURES:
        raise ValidationError("只能上传照片（JPG、PNG）或 PDF。")
    return _redrawn(content, _PICTURES[media]), media


def _redrawn(content: bytes, form: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise ValidationError("照片太大，请降低像素后再传。")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            plain = upright.convert("RGB" if form == "JPEG" else upright.mode)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError("照片打不开或不完整，请重新拍一张。") from error
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, form, quality=85)
    return out.getvalue()
