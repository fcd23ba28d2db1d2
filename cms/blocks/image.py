"""Picture with its alternative text."""

from wagtail.images.blocks import ImageBlock

from cms.blocks.registry import BlockKind

IMAGE = BlockKind(
    name="image",
    order=40,
    block=ImageBlock(label="图片", required=True, template="cms/blocks/image.html"),
)
