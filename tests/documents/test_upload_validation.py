"""Validation of uploads: types by content, limits, and pictures drawn anew."""

import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from portal.documents import upload_validation
from tests.factories import make_picture

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        (b"MZ\x90\x00" + b"\x00" * 200, "只能上传"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "只能上传"),
        (b"<!doctype html><script>alert(1)</script>", "只能上传"),
        (make_picture("GIF"), "只能上传"),
        (make_picture("JPEG", (400, 300))[:900], "不完整"),
        (PDF[:-7], "不完整"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "不完整"),
        (PDF + b" " * upload_validation.MAX_BYTES, "超过 5 MB"),
    ],
)
def test_content_that_is_neither_picture_nor_pdf_is_refused(content: Any, message: Any) -> None:
    with pytest.raises(ValidationError, match=message):
        upload_validation.validate_upload(content)


def test_picture_is_drawn_anew_without_exif_data_and_hidden_bytes() -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif.get_ifd(0x8825)[1] = "N"
    photo = make_picture("JPEG", (4000, 3000), exif=exif) + b"<script>hidden behind</script>"
    upload = upload_validation.validate_upload(photo)
    assert upload.media_type == "image/jpeg"
    with Image.open(io.BytesIO(upload.content)) as picture:
        assert max(picture.size) == upload_validation.MAX_SIDE_PIXELS
        assert not dict(picture.getexif())
    assert b"hidden behind" not in upload.content
    assert b"maker" not in upload.content


def test_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upload_validation, "_MAX_PIXELS", 1000)
    with pytest.raises(ValidationError, match="太大"):
        upload_validation.validate_upload(make_picture("PNG", (50, 50)))
