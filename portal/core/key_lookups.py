"""Lookups by key and by list that match no row where no database stores the number.

Django compares an integer field with a number past 64 bits without asking the database, but neither a key of
another table nor the numbers of a list: there SQLite raises OverflowError. Forms, pages and the API look rows
up with what people sent, so every such lookup is mended here.
"""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import IntegerField
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import In

from portal.core.text_folding import MAX_BIGINT


def _is_storable(value: Any) -> bool:
    return not isinstance(value, int) or -MAX_BIGINT - 1 <= value <= MAX_BIGINT


if TYPE_CHECKING:
    _Lookup = In
else:  # a mixin: by itself it is no lookup
    _Lookup = object


class _StorableListMixin(_Lookup):
    """Numbers that no database stores are left out of a list: they match nothing."""

    def get_prep_lookup(self) -> Any:
        prepared_values: Any = super().get_prep_lookup()
        return (
            [value for value in prepared_values if _is_storable(value)]
            if isinstance(prepared_values, list)
            else prepared_values
        )


class StorableIn(_StorableListMixin, In):
    """`number__in`."""


class StorableRelatedIn(_StorableListMixin, RelatedIn):
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
