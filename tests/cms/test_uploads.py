"""Pictures and files of the editor: drawn anew, of allowed types, public only on a live page."""

import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from cms.models import HomePage, NewsIndexPage, NewsPage
from cms.uploads import FILE_SIGNATURES, check_file
from portal.accounts.models import User
from tests.attacks.hostile_files import png_declaring
from tests.factories import make_picture

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def at_editor(editor: User, home: HomePage, client_for: Callable[..., Client]) -> Client:
    return client_for(editor)


def add_picture(client: Client, name: str, content: bytes) -> dict[str, object]:
    response = client.post(
        "/cms/images/multiple/add/",
        {"files[]": SimpleUploadedFile(name, content), "title": "图", "collection": "1"},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    assert response.status_code == 200
    answer: dict[str, object] = response.json()
    return answer


def test_picture_of_the_editor_is_drawn_anew(at_editor: Client) -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    content = make_picture("JPEG", (3000, 2000), exif=exif) + b"hidden behind"
    assert add_picture(at_editor, "a.jpg", content)["success"]
    image = get_image_model().objects.get()
    assert (image.width, image.height) == (2400, 1600)
    with image.file.open() as file:
        content_left = file.read()
    assert b"maker" not in content_left
    assert b"hidden behind" not in content_left


def test_webp_of_the_editor_becomes_a_jpeg(at_editor: Client) -> None:
    assert add_picture(at_editor, "a.webp", make_picture("WEBP"))["success"]
    assert get_image_model().objects.get().file.name.endswith(".jpg")


def test_picture_that_declares_too_many_pixels_is_refused_with_the_number(at_editor: Client) -> None:
    answer = add_picture(at_editor, "a.png", png_declaring(60_000, 60_000))
    assert not answer["success"]
    assert "60000×60000" in str(answer["error_message"])
    assert not get_image_model().objects.exists()


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.html", b"<script>alert(1)</script>", "type"),
        ("a.svg", b"<svg/>", "type"),
        ("a.exe", b"MZ", "type"),
        ("a.pdf", b"<html>", "type"),
        ("a.docx", PDF, "type"),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "macros"),
        ("a.xlsx", b"PK\x03\x04 broken", "broken"),
        ("a.pdf", PDF + b" " * 20 * 1024 * 1024, "size"),
        ("pdf", PDF, "type"),
    ],
)
def test_file_of_another_type_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        check_file(name, content)
    assert error.value.code == code


def test_file_of_each_allowed_type_is_taken() -> None:
    for extension, signature in FILE_SIGNATURES.items():
        content = archive("document.xml") if signature.startswith(b"PK") else signature
        check_file(f"通知.{extension.upper()}", content)


def test_editor_cannot_upload_a_web_page_as_a_file(at_editor: Client) -> None:
    response = at_editor.post(
        "/cms/documents/multiple/add/",
        {"files[]": SimpleUploadedFile("a.pdf", b"<html>"), "title": "x", "collection": "1"},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    assert not response.json()["success"]
    assert not get_document_model().objects.exists()


def status_of(client: Client, url: str) -> int:
    response = client.get(url)
    response.getvalue()  # a file is closed once it is read
    return int(response.status_code)


def test_file_is_served_only_while_a_live_page_uses_it(
    home: HomePage, client: Client, at_editor: Client
) -> None:
    document = get_document_model().objects.create(title="附件", file=ContentFile(PDF, "a.pdf"))
    assert status_of(client, document.url) == 404
    assert status_of(at_editor, document.url) == 200
    page = NewsPage(title="通知", slug="notice", summary="通知", body=[("file", document)])
    NewsIndexPage.objects.get().add_child(instance=page)
    assert status_of(client, document.url) == 200
    page.unpublish()
    assert status_of(client, document.url) == 404
