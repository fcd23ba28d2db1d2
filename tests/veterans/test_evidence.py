"""Papers in a file: known by their content, drawn anew, encrypted on disk, handed out to few."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from portal.accounts.enums import AccessKind
from portal.accounts.models import AccessLog
from portal.core import key_rotation, papers
from portal.core.private_files import names, read_private
from portal.veterans import evidence
from portal.veterans.enums import EvidenceKind, EvidenceState
from portal.veterans.models import Evidence
from tests.factories import make_picture, make_staff, make_stations, make_user, make_veteran

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.FIELD_KEYS_FILE = str(tmp_path / "field_keys")
    return tmp_path


@pytest.fixture
def person(db):
    return make_veteran(account=make_user("陈建国"))


def added(person, content: bytes | None = None, by=None) -> Evidence:
    picture = content or make_picture()
    who = by or person.account
    return evidence.add_evidence(veteran=person, by=who, kind=EvidenceKind.CERTIFICATE, content=picture)


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
        (PDF + b" " * papers.MAX_BYTES, "超过 5 MB"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused_by_its_content(content, message) -> None:
    with pytest.raises(ValidationError, match=message):
        papers.cleaned(content)


def test_a_picture_is_drawn_anew_without_where_and_when_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif.get_ifd(0x8825)[1] = "N"
    taken = make_picture("JPEG", (4000, 3000), exif=exif) + b"<script>hidden behind</script>"
    kept, media = papers.cleaned(taken)
    assert media == "image/jpeg"
    with Image.open(io.BytesIO(kept)) as picture:
        assert max(picture.size) == papers.MAX_SIDE
        assert not dict(picture.getexif())
    assert b"hidden behind" not in kept
    assert b"maker" not in kept


def test_a_bomb_is_not_unpacked(monkeypatch) -> None:
    monkeypatch.setattr(papers, "_MAX_PIXELS", 1000)
    with pytest.raises(ValidationError, match="太大"):
        papers.cleaned(make_picture("PNG", (50, 50)))


def test_it_stands_encrypted_on_disk_and_survives_a_new_key(person, folder) -> None:
    piece = added(person, PDF)
    stored = [path.read_bytes() for path in (folder / "private").rglob("*") if path.is_file()]
    assert stored
    assert not any(PDF in content for content in stored)
    key_rotation.rotate(by=None)
    key_rotation.retire(by=None, at_once=True)
    assert evidence.content_of(piece) == PDF


def test_the_same_paper_twice_or_too_many_are_refused(person, monkeypatch) -> None:
    picture = make_picture()
    added(person, picture)
    with pytest.raises(ValidationError, match="已经上传过"):
        added(person, picture)
    monkeypatch.setattr(evidence, "MAX_PIECES", 1)
    with pytest.raises(ValidationError, match="最多 1 份"):
        added(person)
    assert len(list(names())) == 1


def test_staff_hold_it_against_the_original(person) -> None:
    piece, clerk = added(person), make_staff(person.station)
    with pytest.raises(PermissionDenied):
        evidence.judge_evidence(piece=piece, by=person.account, accepted=True)
    with pytest.raises(ValidationError, match="原因"):
        evidence.judge_evidence(piece=piece, by=clerk, accepted=False)
    evidence.judge_evidence(piece=piece, by=clerk, accepted=False, reason="字迹看不清")
    assert Evidence.objects.get().state == EvidenceState.REFUSED


def test_it_is_gone_from_disk_once_it_is_taken_out(person, django_capture_on_commit_callbacks) -> None:
    piece = added(person)
    with pytest.raises(PermissionDenied):
        evidence.remove_evidence(piece=piece, by=make_staff(make_stations()["司前镇"]))
    with django_capture_on_commit_callbacks(execute=True):
        evidence.remove_evidence(piece=piece, by=person.account)
    with pytest.raises(FileNotFoundError):
        read_private(piece.stored)


def test_the_person_uploads_reads_and_takes_back(
    person, client_for, django_capture_on_commit_callbacks
) -> None:
    own = client_for(person.account)
    url = reverse("veteran:documents")
    wrong = SimpleUploadedFile("证书.jpg", b"MZ\x90\x00 not a picture", content_type="image/jpeg")
    assert "只能上传照片" in own.post(url, {"kind": "certificate", "file": wrong}).content.decode()
    right = SimpleUploadedFile("x.exe", PDF, content_type="text/html")
    assert "已上传" in own.post(url, {"kind": "certificate", "file": right}, follow=True).content.decode()
    piece = Evidence.objects.get()
    answer = own.get(reverse("veteran:document", args=[piece.pk]))
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"].startswith("sandbox")
    stranger = client_for(make_veteran(account=make_user("别人")).account)
    assert stranger.get(reverse("veteran:document", args=[piece.pk])).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        own.post(reverse("veteran:document-remove", args=[piece.pk]))
    assert not Evidence.objects.exists()


def test_each_look_of_staff_is_noted_and_the_neighbour_refused(person, client_for) -> None:
    piece = added(person, PDF)
    clerk, neighbour = make_staff(person.station), make_staff(make_stations()["司前镇"])
    url = reverse("staff:document", args=[piece.pk])
    assert client_for(clerk).get(url).content == PDF
    assert AccessLog.objects.get(kind=AccessKind.REVEAL).field == "证明材料：驾驶证、职业证书"
    assert client_for(neighbour).get(url).status_code == 403
    assert client_for(neighbour).post(reverse("staff:document-remove", args=[piece.pk])).status_code == 403
    assert AccessLog.objects.filter(kind=AccessKind.REFUSED, actor=neighbour).count() == 2
    assert client_for(clerk).get(reverse("staff:document", args=[piece.pk + 1])).status_code == 404
    answer = client_for(clerk).post(
        reverse("staff:document-judge", args=[piece.pk]), {"accepted": "yes", "reason": ""}, follow=True
    )
    assert "已核对" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_look_right(person, open_page, sign_in, look, width) -> None:
    added(person)
    evidence.judge_evidence(
        piece=added(person), by=make_staff(person.station), accepted=False, reason="字迹看不清，请重拍"
    )
    for user, path in (
        (person.account, reverse("veteran:documents")),
        (make_staff(person.station), reverse("staff:veteran-documents", args=[person.pk])),
    ):
        window = open_page(width=width)
        sign_in(window, user)
        window.goto(path)
        look(window)
