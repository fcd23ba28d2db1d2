"""Link to an attached file, with its type and size."""

from wagtail.documents.blocks import DocumentChooserBlock

from cms.blocks.registry import BlockKind

FILE = BlockKind(
    name="file",
    order=50,
    block=DocumentChooserBlock(label="附件", template="cms/blocks/file.html"),
)
