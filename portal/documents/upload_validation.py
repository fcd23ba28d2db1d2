"""Validation of uploaded documents by their content: type, size, and pictures drawn anew."""

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property

import filetype
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_SIDE_PIXELS = 2400  # a page stays readable
_MAX_PIXELS = 60_000_000  # a small file may unpack to gigabytes
_IMAGE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_PDF = "application/pdf"


@dataclass(frozen=True)
class Upload:
    """Validated content of a document, with its media type."""

    content: bytes
    media_type: str

    @cached_property
    def sha256(self) -> str:
        """Checksum of the content, 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def validate_upload(content: bytes) -> Upload:
    """Return what is stored of an upload; its type is read from the bytes, never from a file name.

    Pictures are drawn anew, which drops EXIF data (place, device) and bytes hidden behind the picture.

    Raises:
        ValidationError: empty, too large, broken, or neither JPEG, PNG nor PDF.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。")
    if len(content) > MAX_BYTES:
        raise ValidationError("文件超过 5 MB，请拍小一点或压缩后再传。")
    guess = filetype.guess(content)
    media_type = guess.mime if guess else ""
    if media_type == _PDF:
        if b"%%EOF" not in content[-2048:]:
            raise ValidationError("这个 PDF 不完整，请重新导出后再传。")
        return Upload(content, _PDF)
    if media_type not in _IMAGE_FORMATS:
        raise ValidationError("只能上传照片（JPG、PNG）或 PDF。")
    return Upload(_redraw_picture(content, _IMAGE_FORMATS[media_type]), media_type)


def _redraw_picture(content: bytes, image_format: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[image_format]) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise ValidationError("照片太大，请降低像素后再传。")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE_PIXELS, MAX_SIDE_PIXELS))
            plain = upright.convert("RGB" if image_format == "JPEG" else upright.mode)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError("照片打不开或不完整，请重新拍一张。") from error
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, image_format, quality=85)
    return out.getvalue()
