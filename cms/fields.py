"""Model fields of the CMS pages."""

from collections.abc import Sequence
from typing import Any

from wagtail.fields import StreamField

from cms.blocks.registry import block_kinds


class BodyField(StreamField):
    """Body of a page: a stream of the registered block kinds.

    Migrations record the field without its blocks, so that a new or changed block kind needs no migration.
    """

    def __init__(self, block_types: Sequence[tuple[str, Any]] | None = None, **kwargs: Any) -> None:
        if block_types is None:
            block_types = [(kind.name, kind.block) for kind in block_kinds()]
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _block_types, kwargs = super().deconstruct()
        kwargs.pop("block_lookup")
        return name, path, [], kwargs
