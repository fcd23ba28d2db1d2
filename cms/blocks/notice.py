"""Highlighted box for a hint or a warning."""

from wagtail.blocks import ChoiceBlock, StructBlock, TextBlock

from cms.blocks.registry import BlockKind


class HintBoxBlock(StructBlock):
    tone = ChoiceBlock(
        label="类型", choices=[("info", "提示"), ("warning", "注意")], default="info", required=True
    )
    text = TextBlock(label="内容", max_length=300, rows=3)

    class Meta:
        label = "提示框"
        icon = "info-circle"
        template = "cms/blocks/notice.html"


HINT_BOX = BlockKind(name="notice", order=30, block=HintBoxBlock())
