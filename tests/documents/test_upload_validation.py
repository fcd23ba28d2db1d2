"""Validation of uploads: types by content, limits, and pictures drawn anew."""

import hashlib
import io
from typing import Any

import pillow_heif
import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from portal.core.child_entry import FileRefusal
from portal.documents import picture_drawing, pictures, upload_validation
from tests.attacks.hostile_files import png_declaring
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
        (PDF + b" " * upload_validation.MAX_PDF_BYTES, "超过 5 MB"),
        (PDF.replace(b"endobj", b"/OpenAction << /JavaScript (x) >> endobj"), "脚本"),
        (PDF.replace(b"endobj", b"/Encrypt 3 0 R endobj"), "密码"),
        (make_picture("JPEG") + b" " * pictures.MAX_PICTURE_BYTES, "超过 20 MB"),
    ],
)
def test_content_that_is_neither_picture_nor_pdf_is_refused(content: Any, message: Any) -> None:
    with pytest.raises(ValidationError, match=message):
        upload_validation.validate_upload(content)


def test_end_mark_of_a_pdf_stands_in_its_last_2048_bytes() -> None:
    """Whole files of scanners end with a few bytes more; a file cut off earlier has no mark near its end."""
    whole = PDF.rstrip() + b"\n" * (2048 - len(b"%%EOF"))
    assert upload_validation.validate_upload(whole).content == whole
    with pytest.raises(ValidationError, match="不完整"):
        upload_validation.validate_upload(whole + b"\n")


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", "empty", "文件是空的，请重新选择。"),
        (b"plain text", "type", "只能上传照片（JPG、PNG、HEIC、WebP）或 PDF。"),
        (PDF + b" " * upload_validation.MAX_PDF_BYTES, "size", "PDF 超过 5 MB，请压缩后再传。"),
        (PDF[:-7], "broken", "这个 PDF 不完整，请重新导出后再传。"),
        (
            PDF.replace(b"endobj", b"/Encrypt 3 0 R endobj"),
            "password",
            "这个 PDF 有密码或限制，请去掉后再传。",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusal_has_its_code_and_says_what_to_do(content: bytes, code: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        upload_validation.validate_upload(content)
    assert (error.value.code, error.value.message) == (code, message)


def test_pdf_of_the_largest_size_is_accepted() -> None:
    head, tail = PDF[:9], PDF[9:]
    largest = head + b" " * (upload_validation.MAX_PDF_BYTES - len(PDF)) + tail
    upload = upload_validation.validate_upload(largest)
    assert (upload.media_type, len(upload.content)) == ("application/pdf", 5 * 1024 * 1024)
    with pytest.raises(ValidationError, match="超过 5 MB"):
        upload_validation.validate_upload(head + b" " + largest[9:])


@pytest.mark.parametrize(
    "name", ["JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA"]
)
@pytest.mark.parametrize("next_byte", [" ", "\n", "/", "<", "(", "["])
def test_pdf_with_an_active_part_is_refused(name: str, next_byte: str) -> None:
    with pytest.raises(ValidationError, match="脚本、附件") as error:
        upload_validation.validate_upload(PDF.replace(b"endobj", f"/{name}{next_byte}x endobj".encode()))
    assert error.value.code == "active"


def test_pdf_with_a_name_that_only_begins_like_an_active_part_is_accepted() -> None:
    content = PDF.replace(b"endobj", b"/JSmith /LaunchPad /XFA1 endobj")
    assert upload_validation.validate_upload(content).content == content


def test_checksum_is_that_of_the_stored_content() -> None:
    upload = upload_validation.validate_upload(PDF)
    assert upload.sha256 == hashlib.sha256(PDF).hexdigest()


def test_picture_is_drawn_anew_without_exif_data_and_hidden_bytes() -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif.get_ifd(0x8825)[1] = "N"
    photo = make_picture("JPEG", (4000, 3000), exif=exif) + b"<script>hidden behind</script>"
    upload = upload_validation.validate_upload(photo)
    assert upload.media_type == "image/jpeg"
    with Image.open(io.BytesIO(upload.content)) as picture:
        assert max(picture.size) == pictures.MAX_SIDE_PIXELS
        assert not dict(picture.getexif())
    assert b"hidden behind" not in upload.content
    assert b"maker" not in upload.content


def test_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ValidationError, match="60000×60000") as error:
        upload_validation.validate_upload(png_declaring(60_000, 60_000))
    assert error.value.code == "pixels"


@pytest.mark.parametrize("image_format", ["JPEG", "HEIF", "WEBP"])
def test_photo_of_a_phone_is_stored_as_a_small_jpeg(image_format: str) -> None:
    pillow_heif.register_heif_opener()
    photo = make_picture(image_format, (4032, 3024))
    upload = upload_validation.validate_upload(photo)
    assert upload.media_type == "image/jpeg"
    with Image.open(io.BytesIO(upload.content)) as picture:
        assert picture.size == (2400, 1800)


def test_transparent_picture_stays_a_png() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (40, 30), (200, 0, 0, 100)).save(target, "WEBP")
    upload = upload_validation.validate_upload(target.getvalue())
    assert upload.media_type == "image/png"


def test_child_that_is_sent_no_picture_refuses() -> None:
    request = {"formats": ["JPEG"], "max_side": 10}
    with pytest.raises(FileRefusal) as error:
        picture_drawing.answer(request, make_picture("PNG"), lambda _kind, _payload: None)
    assert error.value.code == "broken"
