"""Rich text block: headings, paragraphs, lists and links."""

from wagtail.blocks import RichTextBlock

from cms.blocks.registry import BlockKind

# Enough for an official text; nothing that departs from the one design of the pages.
FEATURES = ["h2", "h3", "bold", "ol", "ul", "link", "document-link"]

TEXT = BlockKind(
    name="text",
    order=10,
    block=RichTextBlock(label="正文", features=FEATURES, template="cms/blocks/text.html"),
)
