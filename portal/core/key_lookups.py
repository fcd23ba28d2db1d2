"""Lookups by key and by list that match no row where no database stores the number.

Django compares an integer field with a number past 64 bits without asking the database, but neither a key of
another table nor the numbers of a list: there SQLite raises OverflowError. Forms, pages and the API look rows
up with what people sent, so every such lookup is mended here.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import IntegerField
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

from portal.core.text_folding import MAX_BIGINT


def _is_storable(value: Any) -> bool:
    return not isinstance(value, int) or -MAX_BIGINT - 1 <= value <= MAX_BIGINT


class StorableIn(In):
    """`number__in`; numbers that no database stores are left out of the list: they match nothing."""

    def get_prep_lookup(self) -> Any:
        values: Any = super().get_prep_lookup()
        if not isinstance(values, list):  # a subquery
            return values
        return [value for value in values if _is_storable(value)]


class StorableRelatedIn(StorableIn, RelatedIn):
    """`relation__in`."""


class StorableRelatedExact(RelatedExact):
    """`relation=`, and `pk=` of a model whose key is that of its parent."""

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        if not _is_storable(self.rhs):
            raise EmptyResultSet
        return super().process_rhs(compiler, connection)


def register_lookups() -> None:
    """Put these lookups in the place of Django's."""
    IntegerField.register_lookup(StorableIn)
    ForeignObject.register_lookup(StorableRelatedIn)
    ForeignObject.register_lookup(StorableRelatedExact)
