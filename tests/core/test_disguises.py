"""Reading of disguised words, and the place of each character in the original."""

import pytest

from portal.core.disguises import undisguise


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("限n4n性", "限男性"),
        ("只招n@n工", "只招男工"),
        ("w3i婚", "未婚"),
        ("we1婚", "未婚"),
        ("限nan性", "限男性"),
        ("限nü性", "限女性"),
    ],
)
def test_letters_written_as_figures_are_read_as_pinyin(text: str, reading: str) -> None:
    assert undisguise(text).text == reading
