"""Pages of long lists of people."""

from typing import Any

from django.core.paginator import Page, Paginator


class KeysFirst(Paginator):
    """Finds the keys of a page first, then reads its rows: a filter that fits few of 97,092 files is
    answered out of an index, and not by reading every file. Two queries a page, however many rows.
    """

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        rows = self.object_list.order_by().filter(pk__in=keys).in_bulk()
        return self._get_page([rows[key] for key in keys if key in rows], number, self)
