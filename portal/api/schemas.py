"""Shapes that more than one room of the API answers with."""

from ninja import Field, Schema
from ninja.pagination import PageNumberPagination

PAGE_SIZE = 20


class Paged(PageNumberPagination):
    """`?page=1&page_size=20` -> `{"items": […], "count": total}`; at most 100 rows a page."""

    def __init__(self) -> None:
        super().__init__(page_size=PAGE_SIZE)


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
    """`Choice` of a model's field with choices."""
    return {"value": str(getattr(record, field)), "label": str(getattr(record, f"get_{field}_display")())}
