"""Block kinds of the page bodies: one file and one template each, and no migration for a new one."""

from pathlib import Path

import pytest
from django.conf import settings
from wagtail.blocks import CharBlock
from wagtail.models import Page

from cms import blocks
from cms.blocks.registry import BlockKind, block_kinds
from cms.fields import BodyField
from cms.models import BasePage, InfoPage, NewsPage, PolicyPage

MODULES = {path.stem for path in Path(blocks.__path__[0]).glob("*.py")} - {"__init__", "registry"}
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "cms" / "blocks"


def test_menu_keeps_its_order() -> None:
    assert [kind.name for kind in block_kinds()] == ["text", "steps", "notice", "image", "file"]


def test_each_block_has_one_module_and_one_template() -> None:
    names = {kind.name for kind in block_kinds()}
    assert names == MODULES == {path.stem for path in TEMPLATES.glob("*.html")}
    for kind in block_kinds():
        assert kind.block.meta.template == f"cms/blocks/{kind.name}.html"


@pytest.mark.parametrize("model", [BasePage, InfoPage, NewsPage, PolicyPage])
def test_body_offers_every_registered_block(model: type[Page]) -> None:
    body = model._meta.get_field("body")
    assert list(body.stream_block.child_blocks) == [kind.name for kind in block_kinds()]


def test_new_block_needs_no_migration() -> None:
    current = BodyField(verbose_name="正文")
    extended = BodyField([("text", CharBlock()), ("quote", CharBlock())], verbose_name="正文")
    assert current.deconstruct() == extended.deconstruct()
    assert "block" not in str(current.deconstruct())


def test_two_blocks_with_one_name_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    from cms.blocks import text

    monkeypatch.setattr(text, "COPY", BlockKind("steps", 60, CharBlock()), raising=False)
    with pytest.raises(ValueError, match="two block kinds"):
        block_kinds.__wrapped__()
