"""Registry of the block kinds that a page body is built of.

Each module of `cms.blocks` besides this one defines one `BlockKind`, and its template has the same name in
templates/cms/blocks/. A new kind needs these two files and no migration (see `cms.fields.BodyField`).
"""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import lru_cache

from wagtail.blocks import Block


@dataclass(frozen=True, slots=True)
class BlockKind:
    """One kind of block.

    name: stored with the body of every page, so it never changes. order: place in the editor's menu, lowest
    first. block: the Wagtail block with its Chinese label and its template.
    """

    name: str
    order: int
    block: Block


@lru_cache(maxsize=1)
def block_kinds() -> tuple[BlockKind, ...]:
    """Import the modules of `cms.blocks` and return their kinds in menu order.

    Raises:
        ValueError: two kinds have the same name.
    """
    package = importlib.import_module("cms.blocks")
    modules = (
        importlib.import_module(f"cms.blocks.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    )
    kinds = [value for module in modules for value in vars(module).values() if isinstance(value, BlockKind)]
    names = [kind.name for kind in kinds]
    if len(set(names)) < len(names):
        raise ValueError(f"two block kinds have one name: {sorted(names)}")
    return tuple(sorted(kinds, key=lambda kind: (kind.order, kind.name)))
