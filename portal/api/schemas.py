"""Schemas and pagination that several modules of the API share."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import PageNumberPagination
from pydantic import BeforeValidator

from portal.core.text_folding import display_line, display_paragraphs, fold_code, fold_digits, fold_words

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
MAX_PAGE = 100_000

# Primary key in a request, limited to the range of a database integer.
RecordId = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _folded_by(fold: Callable[[str], str]) -> BeforeValidator:
    """Fold a text before its length and pattern are checked; other than text is left to that check."""

    def fold_value(value: Any) -> Any:
        return fold(value) if isinstance(value, str) else value

    return BeforeValidator(fold_value)


def _fold_hyphenated(text: str) -> str:
    return fold_digits(text).strip()


# Every text of a request is one of these; tests/api/test_folded_requests.py holds the schemas to it.
Line = Annotated[str, _folded_by(display_line)]
Paragraphs = Annotated[str, _folded_by(display_paragraphs)]
Words = Annotated[str, _folded_by(fold_words)]
Code = Annotated[str, _folded_by(fold_code)]
# A code whose dashes count, such as '4-02-02-02' or 'HR-2026-018'.
HyphenatedCode = Annotated[str, _folded_by(_fold_hyphenated)]


class PagePagination(PageNumberPagination):
    """Pagination by page number; the response is `{"items": […], "count": total}`."""

    class Input(Schema):
        page: int = Field(1, ge=1, le=MAX_PAGE, description="第几页，从 1 起")
        page_size: int = Field(PAGE_SIZE, ge=1, le=MAX_PAGE_SIZE, description="每页条数")

    def __init__(self, on_page: Callable[[HttpRequest, list[Any]], None] | None = None) -> None:
        super().__init__(page_size=PAGE_SIZE)
        self._on_page = on_page

    def paginate_queryset(self, queryset: Any, pagination: Any, request: HttpRequest, **params: Any) -> Any:
        """Return the page; `on_page` is called with its rows, for the access log."""
        answer = super().paginate_queryset(queryset, pagination, request=request, **params)
        if self._on_page is not None:
            answer["items"] = list(answer["items"])
            self._on_page(request, answer["items"])
        return answer


class Named(Schema):
    """A record by its number and name."""

    id: int
    name: str


class Coded(Schema):
    """An entry of a national code table (GB/T 2260 region, classification of occupations)."""

    code: str
    name: str


class Choice(Schema):
    """A value of an enumeration with its Chinese label."""

    value: str = Field(examples=["open"])
    label: str = Field(examples=["招聘中"])


def choice(record: object, field: str) -> dict[str, str]:
    """Return the `Choice` of a model field with choices."""
    return {"value": str(getattr(record, field)), "label": str(getattr(record, f"get_{field}_display")())}
