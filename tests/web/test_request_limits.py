"""Limits of headers and bodies: refused with a message before anything is parsed or written."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from portal.accounts.roles import StationRole
from portal.imports.workbook_reader import MAX_BYTES
from portal.web.shared import request_limits
from tests.factories import make_employer, make_staff, make_stations, make_user

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024


class Body(io.RawIOBase):
    """A body that is made up as it is read, and counts what was read."""

    def __init__(self, size: int) -> None:
        self.size, self.bytes_read = size, 0

    def read(self, size: int = -1) -> bytes:
        left = self.size - self.bytes_read
        chunk = b"x" * (left if size < 0 else min(size, left))
        self.bytes_read += len(chunk)
        return chunk


@pytest.fixture
def written_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that uploads were written to."""
    names: list[str] = []
    new_file = TemporaryFileUploadHandler.new_file

    def note(self: Any, *args: Any, **kwargs: Any) -> None:
        names.append(str(args))
        new_file(self, *args, **kwargs)

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", note)
    return names


def send_body(client: Client, path: str, size: int) -> tuple[Any, Body]:
    body = Body(size)
    extra: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": str(size)}
    response = client.generic(
        "POST",
        path,
        content_type="multipart/form-data; boundary=x",
        **extra,
    )
    return response, body


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/company/positions/sheets/new/", "/me/evidence/"])
def test_large_body_of_a_stranger_is_neither_read_nor_written(
    client: Client, written_files: list[str], path: str
) -> None:
    response, body = send_body(client, path, 300 * MEGABYTE)
    assert response.status_code == 413
    assert "256 KB" in response.content.decode()
    assert body.bytes_read == 0
    assert not written_files


def test_large_body_of_a_member_is_dropped_with_a_message(
    client_for: Callable[..., Client], written_files: list[str]
) -> None:
    member = make_user()
    make_employer(member=member)
    response, body = send_body(client_for(member), reverse("employer:import-new"), 60 * MEGABYTE)
    assert response.status_code == 413
    assert "30 MB" in response.content.decode()
    assert body.bytes_read == 60 * MEGABYTE
    assert not written_files


def test_page_without_upload_takes_no_large_body(client_for: Callable[..., Client]) -> None:
    response, _ = send_body(client_for(make_user()), "/sign-in/", 6 * MEGABYTE)
    assert response.status_code == 413


def test_uploads_of_a_day_are_limited(
    client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_limits, "MAX_UPLOADS_PER_DAY", 2)
    member, other = make_user(), make_user()
    make_employer(member=member)
    make_employer(member=other)

    def upload(client: Client) -> int:
        file = SimpleUploadedFile("a.csv", b"")
        return client.post(reverse("employer:import-new"), {"file": file}).status_code

    client = client_for(member)
    assert [upload(client) for _ in range(3)] == [200, 200, 429]
    assert upload(client_for(other)) == 200


@pytest.mark.parametrize(
    "cookie", ["a=" + "x" * 9000, 'a="' + "\\" * 2000 + '"', 'a="' + "\\" * 64_000 + '"']
)
def test_oversized_cookie_is_refused_before_it_is_parsed(client: Client, cookie: str) -> None:
    response = client.get("/", headers={"cookie": cookie})
    assert response.status_code == 431
    assert "Cookie" in response.content.decode()


def test_oversized_headers_are_refused(client: Client) -> None:
    response = client.get("/", headers={f"x-{number}": "y" * 5000 for number in range(8)})
    assert response.status_code == 431


def _upload_views(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, int]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _upload_views(pattern.url_patterns)
        elif limit := getattr(pattern.callback, "max_upload_bytes", 0):
            yield pattern.callback.__module__, limit


def test_views_with_files_say_how_large_they_may_be() -> None:
    modules = dict(_upload_views(get_resolver().url_patterns))
    assert set(modules) == {
        "portal.web.employer.documents.views",
        "portal.web.employer.imports.views",
        "portal.web.staff.imports.views",
        "portal.web.staff.records.document_views",
        "portal.web.veteran.documents.views",
    }
    assert max(modules.values()) == MAX_BYTES


def test_editor_may_upload_pictures_up_to_their_limit(client_for: Callable[..., Client]) -> None:
    editor = make_staff(make_stations()["江门市"], StationRole.EDITOR)
    response, _ = send_body(client_for(editor), "/cms/images/multiple/add/", 21 * MEGABYTE)
    assert response.status_code == 413
    assert "20 MB" in response.content.decode()
