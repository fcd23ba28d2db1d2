"""Numbered steps of a procedure."""

from wagtail.blocks import CharBlock, ListBlock, StructBlock, TextBlock

from cms.blocks.registry import BlockKind


class StepBlock(StructBlock):
    title = CharBlock(label="做什么", max_length=40)
    text = TextBlock(label="怎么做", required=False, max_length=300, rows=3)

    class Meta:
        label = "步骤"
        icon = "tick"


STEPS = BlockKind(
    name="steps",
    order=20,
    block=ListBlock(StepBlock(), label="办理步骤", icon="list-ol", template="cms/blocks/steps.html"),
)
