"""Validation of uploaded documents by their content: type, size, and pictures drawn anew."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError

from portal.documents.pictures import MAX_PICTURE_BYTES, draw_picture, picture_type

MAX_BYTES = MAX_PICTURE_BYTES  # of a photo; it is stored much smaller
MAX_PDF_BYTES = 5 * 1024 * 1024
_PDF = "application/pdf"
# What a scan does not hold and a reader of PDF may act on.
_ACTIVE_PARTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?=[\s/<(\[])")


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

    The caller holds no transaction: drawing a picture takes up to a second.

    Raises:
        ValidationError: empty, too large, broken, or neither a photo nor a PDF.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。", code="empty")
    if content.startswith(b"%PDF-"):
        return Upload(_checked_pdf(content), _PDF)
    if not picture_type(content):
        raise ValidationError("只能上传照片（JPG、PNG、HEIC、WebP）或 PDF。", code="type")
    return Upload(*draw_picture(content))


def _checked_pdf(content: bytes) -> bytes:
    """Return the PDF; it is stored as it is and parsed by nobody but the reader's browser."""
    if len(content) > MAX_PDF_BYTES:
        raise ValidationError("PDF 超过 5 MB，请压缩后再传。", code="size")
    if b"%%EOF" not in content[-2048:]:
        raise ValidationError("这个 PDF 不完整，请重新导出后再传。", code="broken")
    if b"/Encrypt" in content:
        raise ValidationError("这个 PDF 有密码或限制，请去掉后再传。", code="password")
    if _ACTIVE_PARTS.search(content):
        raise ValidationError("这个 PDF 里有脚本、附件或表单程序，请打印成普通 PDF 后再传。", code="active")
    return content
