"""Model fields of the CMS pages."""

from collections.abc import Sequence
from typing import Any

from wagtail.fields import StreamField

from cms.blocks.registry import block_kinds
from portal.core.text_folding import visible_text


def _visible_json(value: Any) -> Any:
    """Return JSON data with visible texts: the JSON of rich text may hide characters as escapes."""
    if isinstance(value, str):
        return visible_text(value)
    if isinstance(value, list):
        return [_visible_json(item) for item in value]
    return {key: _visible_json(item) for key, item in value.items()} if isinstance(value, dict) else value


class BodyField(StreamField):
    """Body of a page: a stream of the registered block kinds.

    Migrations record the field without its blocks, so that a new or changed block kind needs no migration.
    """

    def __init__(self, block_types: Sequence[tuple[str, Any]] | None = None, **kwargs: Any) -> None:
        if block_types is None:
            block_types = [(kind.name, kind.block) for kind in block_kinds()]
        super().__init__(block_types, **kwargs)

    def get_prep_value(self, value: Any) -> Any:
        return _visible_json(super().get_prep_value(value))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _block_types, kwargs = super().deconstruct()
        kwargs.pop("block_lookup")
        return name, path, [], kwargs
