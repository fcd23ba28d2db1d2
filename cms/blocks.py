"""The few building blocks of longer texts. Each has a template in templates/cms/blocks/."""

from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

# What editors may format: enough for an official text, nothing that breaks the page's one look.
FEATURES = ["h2", "h3", "bold", "ol", "ul", "link", "document-link"]


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label="做什么", max_length=40)
    text = blocks.TextBlock(label="怎么做", required=False, max_length=300, rows=3)

    class Meta:
        label = "步骤"
        icon = "tick"


class NoticeBlock(blocks.StructBlock):
    """Something the reader must not miss."""

    tone = blocks.ChoiceBlock(
        label="类型", choices=[("info", "提示"), ("warning", "注意")], default="info", required=True
    )
    text = blocks.TextBlock(label="内容", max_length=300, rows=3)

    class Meta:
        label = "提示框"
        icon = "info-circle"
        template = "cms/blocks/notice.html"


class StoryBlock(blocks.StreamBlock):
    """Body of policies, bases, news and plain pages."""

    text = blocks.RichTextBlock(label="正文", features=FEATURES, template="cms/blocks/text.html")
    steps = blocks.ListBlock(StepBlock(), label="办理步骤", icon="list-ol", template="cms/blocks/steps.html")
    notice = NoticeBlock()
    image = ImageBlock(label="图片", required=True, template="cms/blocks/image.html")
    file = DocumentChooserBlock(label="附件", template="cms/blocks/file.html")
