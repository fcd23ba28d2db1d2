"""Documents of a veteran: permissions, limits, encryption, review, and the pages."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.core import key_rotation
from portal.documents.actions import read_content
from portal.documents.enums import DocumentKind, DocumentState
from portal.documents.models import Document, private_storage
from portal.documents.storage import EncryptedStorage
from portal.veterans import veteran_documents
from tests.factories import make_picture, make_staff, make_stations, make_user, make_veteran

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    settings.FIELD_KEYS_FILE = str(tmp_path / "field_keys")
    return tmp_path


@pytest.fixture
def person(db: None) -> Any:
    return make_veteran(account=make_user("陈建国"))


def _add(person: Any, content: bytes | None = None, by: Any = None) -> Document:
    return veteran_documents.add_document(
        veteran=person,
        by=by or person.account,
        kind=DocumentKind.CERTIFICATE,
        content=content or make_picture(),
    )


def test_content_is_encrypted_on_disk_and_readable_after_a_key_rotation(person: Any, folder: Any) -> None:
    document = _add(person, PDF)
    contents = [path.read_bytes() for path in (folder / "private").rglob("*") if path.is_file()]
    assert contents
    assert not any(PDF in content for content in contents)
    key_rotation.rotate(by=None)
    key_rotation.retire(by=None, at_once=True)
    assert read_content(document) == PDF


def test_same_content_twice_and_too_many_documents_are_refused(
    person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = make_picture()
    _add(person, picture)
    with pytest.raises(ValidationError, match="已经上传过"):
        _add(person, picture)
    monkeypatch.setattr(veteran_documents, "MAX_DOCUMENTS", 1)
    with pytest.raises(ValidationError, match="最多 1 份"):
        _add(person)
    storage = private_storage()
    assert isinstance(storage, EncryptedStorage)
    assert len(list(storage.names())) == 1


def test_staff_judge_a_document_and_give_a_reason_for_a_refusal(person: Any) -> None:
    document, clerk = _add(person), make_staff(person.station)
    with pytest.raises(PermissionDenied):
        veteran_documents.judge_document(document=document, by=person.account, accepted=True)
    with pytest.raises(ValidationError, match="原因"):
        veteran_documents.judge_document(document=document, by=clerk, accepted=False)
    veteran_documents.judge_document(document=document, by=clerk, accepted=False, reason="字迹看不清")
    assert Document.objects.get().state == DocumentState.REFUSED


def test_content_is_deleted_when_the_document_is_removed(
    person: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    document = _add(person)
    name = document.file.name
    assert name
    with pytest.raises(PermissionDenied):
        veteran_documents.remove_document(document=document, by=make_staff(make_stations()["司前镇"]))
    with django_capture_on_commit_callbacks(execute=True):
        veteran_documents.remove_document(document=document, by=person.account)
    with pytest.raises(FileNotFoundError):
        private_storage().open(name)


def test_person_uploads_reads_and_removes_own_document(
    person: Any, client_for: Any, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    own = client_for(person.account)
    url = reverse("veteran:documents")
    invalid_upload = SimpleUploadedFile("证书.jpg", b"MZ\x90\x00 not a picture", content_type="image/jpeg")
    assert "只能上传照片" in own.post(url, {"kind": "certificate", "file": invalid_upload}).content.decode()
    valid_upload = SimpleUploadedFile("x.exe", PDF, content_type="text/html")
    assert (
        "已上传" in own.post(url, {"kind": "certificate", "file": valid_upload}, follow=True).content.decode()
    )
    document = Document.objects.get()
    response = own.get(reverse("veteran:document", args=[document.pk]))
    assert (response.content, response["Content-Type"]) == (PDF, "application/pdf")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"].startswith("sandbox")
    stranger = client_for(make_veteran(account=make_user("别人")).account)
    assert stranger.get(reverse("veteran:document", args=[document.pk])).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        own.post(reverse("veteran:document-remove", args=[document.pk]))
    assert not Document.objects.exists()


def test_access_by_staff_is_logged_and_other_stations_are_refused(person: Any, client_for: Any) -> None:
    document = _add(person, PDF)
    clerk, neighbour = make_staff(person.station), make_staff(make_stations()["司前镇"])
    url = reverse("staff:document", args=[document.pk])
    assert client_for(clerk).get(url).content == PDF
    assert AccessLog.objects.get(kind=AccessKind.REVEAL).field == "证明材料：驾驶证、职业证书"
    assert client_for(neighbour).get(url).status_code == 403
    assert client_for(neighbour).post(reverse("staff:document-remove", args=[document.pk])).status_code == 403
    assert AccessLog.objects.filter(kind=AccessKind.REFUSED, actor=neighbour).count() == 2
    assert client_for(clerk).get(reverse("staff:document", args=[document.pk + 1])).status_code == 404
    response = client_for(clerk).post(
        reverse("staff:document-judge", args=[document.pk]),
        {"accepted": "yes", "reason": ""},
        follow=True,
    )
    assert "已核对" in response.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_document_pages_pass_the_visual_checks(
    person: Any, open_page: Any, sign_in: Any, look: Any, width: Any
) -> None:
    _add(person)
    veteran_documents.judge_document(
        document=_add(person), by=make_staff(person.station), accepted=False, reason="字迹看不清，请重拍"
    )
    for user, path in (
        (person.account, reverse("veteran:documents")),
        (make_staff(person.station), reverse("staff:veteran-documents", args=[person.pk])),
    ):
        window = open_page(width=width)
        sign_in(window, user)
        window.goto(path)
        look(window)
