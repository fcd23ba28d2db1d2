"""Decoding of text files that do not say how they are encoded."""

import codecs

from portal.core.child_entry import FileRefusal

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 4096


def decode(content: bytes, declared_coding: str = "") -> str:
    """Return the text of a file: UTF-8, UTF-16 or GB18030.

    Args:
        declared: the encoding that the file names, if any; tried before guesses.

    Raises:
        FileRefusal: none of them.
    """
    for mark, coding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode(content[len(mark) :], (coding,))
    sample = content[:_SAMPLE_BYTES]
    if b"\x00" in sample:
        zeros = [sample[start::2].count(0) for start in (0, 1)]
        text = _decode(content, ("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le",))
        if "\x00" in text[:_SAMPLE_BYTES] or not _is_text(text[:_SAMPLE_BYTES]):
            raise FileRefusal("请上传 xlsx、xls 或 csv 文件；Word、图片和 PDF 不能导入。", "type")
        return text
    names = ["utf-8", "gb18030"]
    if declared_coding:
        names.insert(
            0,
            "gb18030"
            if declared_coding.casefold() in {"gb2312", "gbk", "x-gbk", "cp936"}
            else declared_coding,
        )
    return _decode(content, tuple(names))


def _decode(content: bytes, codings: tuple[str, ...]) -> str:
    for coding in codings:
        try:
            return content.decode(coding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise FileRefusal("认不出文件的文字编码，请用表格软件另存为 xlsx。", "type")


def _is_text(text: str) -> bool:
    """Return whether the text has what every sheet has: a separator, and few control characters."""
    controls = sum(1 for character in text if character < " " and character not in "\t\r\n")
    return controls * 50 <= len(text) and any(separator in text for separator in ",;\t\n")
