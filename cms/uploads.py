"""Rules of uploads in the editor: pictures are drawn anew, files are of allowed types told by their content.

A file is served to the public only while a live page uses it, so that a draft's attachment is not public.
"""

import io
import zipfile
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page, ReferenceIndex

from portal.documents.pictures import MAX_PICTURE_BYTES, draw_picture

MAX_FILE_BYTES = 20 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Extension -> how the content begins.
FILE_SIGNATURES = {
    "pdf": b"%PDF-",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "pptx": b"PK\x03\x04",
    "ofd": b"PK\x03\x04",
    "doc": _OLE,
    "xls": _OLE,
    "ppt": _OLE,
    "wps": _OLE,
    "et": _OLE,
}
_MACROS = "vbaproject.bin"


class PictureField(forms.FileField):
    """A picture, replaced by one drawn anew from it."""

    def to_python(self, data: File[Any] | None) -> UploadedFile | None:
        """Return the drawn picture under the name of the upload, with the extension of its format.

        Raises:
            ValidationError: no picture, too large, or broken.
        """
        file = super().to_python(data)
        if file is None:
            return None
        if file.size > MAX_PICTURE_BYTES:
            raise ValidationError("照片超过 20 MB，请降低像素后再传。", code="size")
        content, media_type = draw_picture(file.read())
        extension = {"image/jpeg": "jpg", "image/png": "png"}[media_type]
        return SimpleUploadedFile(f"{PurePath(file.name or '').stem}.{extension}", content, media_type)


def check_file(name: str, content: bytes) -> None:
    """Refuse a file that no page may offer.

    Raises:
        ValidationError: of another type than allowed, too large, or with macros.
    """
    extension = PurePath(name).suffix.lower().lstrip(".")
    signature = FILE_SIGNATURES.get(extension)
    if signature is None:
        raise ValidationError("只能上传 PDF、Word、Excel、PPT、WPS 或 OFD 文件。", code="type")
    if len(content) > MAX_FILE_BYTES:
        raise ValidationError("文件超过 20 MB，请压缩后再传。", code="size")
    if not content.startswith(signature):
        raise ValidationError(f"文件内容不是 {extension} 格式，请用办公软件另存后再传。", code="type")
    if signature.startswith(b"PK") and _has_macros(content):
        raise ValidationError("文件里有宏，请另存为不带宏的格式后再传。", code="macros")


def _has_macros(content: bytes) -> bool:
    """Return whether an office archive holds macros; only its list of names is read.

    Raises:
        ValidationError: the archive is broken.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.lower().endswith(_MACROS) for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise ValidationError("文件已损坏，请用办公软件打开后另存一次。", code="broken") from error


def may_serve(document: AbstractDocument, request: HttpRequest) -> bool:
    """Return whether the request may have the file: a live page uses it, or an editor asks."""
    references = ReferenceIndex.get_references_to(document).values_list("object_id", flat=True)
    page_ids = references.filter(base_content_type__model="page")
    if Page.objects.live().public().filter(pk__in=[int(pk) for pk in page_ids]).exists():
        return True
    return request.user.is_authenticated and user_has_any_page_permission(request.user)
