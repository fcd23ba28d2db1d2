"""Reading of disguised words, and the place of each character in the original."""

import pytest

from portal.core.disguises import FoldedText, delete, squeeze, undisguise


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("限n4n性", "限男性"),
        ("只招n@n工", "只招男工"),
        ("w3i婚", "未婚"),
        ("we1婚", "未婚"),
        ("限nan4性", "限男4性"),
        ("限nan性", "限男性"),
        ("限nü性", "限女性"),
        ("限nǚ性", "限女性"),
        ("限nu性", "限女性"),
        ("限nyu性", "限女性"),
        ("限NAN性", "限男性"),
        ("限na n性", "限男性"),
        ("限nan-性", "限男-性"),
        ("nan xing", "男 性"),
        ("生yu n天", "生育 n天"),  # 'yu' is a syllable already, not the beginning of 'yun'
        ("nanxing不限", "男性不限"),
    ],
)
def test_pinyin_beside_its_word_is_read_as_the_character(text: str, reading: str) -> None:
    assert undisguise(text).text == reading


@pytest.mark.parametrize(
    "text",
    [
        "gao170以上",  # no word with this syllable stands around it
        "VIP客户",
        "nan  工具",
        "na  n性",  # two blanks: two words
        "WiFi全覆盖",
        "C1驾照",
    ],
)
def test_other_latin_words_stay(text: str) -> None:
    assert undisguise(text).text == text


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("限\u200b男\u3164性", "限男性"),
        ("限男\u2028性", "限男\n性"),
        ("限男\u2029性", "限男\n性"),
        ("ｍａｌｅ　ｏｎｌｙ", "male only"),
        ("Ｐ，：；！？（）…", "P，：；！？（）…"),
        ("🅰🅱", "AB"),
        ("🚹优先", "男优先"),
        ("١٢٣", "123"),
        ("❶❷", "12"),
        ("mаlе", "male"),  # two Cyrillic letters
        ("é\u0301", "e"),
        ("ǘ", "ü"),
        ("ガス가й", "ガス가й"),  # letters of other scripts keep their marks
        ("電話", "电话"),
    ],
)
def test_signs_are_read_as_what_they_show(text: str, reading: str) -> None:
    assert undisguise(text).text == reading


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("限 男 性", "限男性"),
        ("男·优·先", "男优先"),
        ("男·优先", "男·优先"),  # one separator may divide words
        ("1 2 3", "123"),
        ("己婚已育", "已婚已育"),
        ("自己结婚", "自己结婚"),
        ("末育", "未育"),
        ("周末休息", "周末休息"),
        ("末昏女昏否", "末昏婚否"),
        ("田力性优先", "男性优先"),
        ("田力生产队", "田力生产队"),
        ("汝性", "女性"),
        ("乙月干", "乙肝"),
        ("加薇信", "加微信"),
        ("微信任务", "微信任务"),
        ("身分证", "身份证"),
        ("户囗", "户口"),
        ("壹贰叁", "一二三"),
        ("陆军", "陆军"),  # one formal figure alone is a word
    ],
)
def test_separated_and_mistyped_words_are_put_right(text: str, reading: str) -> None:
    assert undisguise(text).text == reading


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("招nan性", "男性", "nan性"),
        ("招女shi，", "女士", "女shi"),
        ("nanxing优先", "男性", "nanxing"),
        ("是田力性", "男", "田力"),
        ("是田力性", "性", "性"),
        ("验身分证", "份", "分"),
        ("限\u200b男 性", "男", "男"),
        ("½天nan性", "男性", "nan性"),
        ("½天nan性", "2", "½"),
        ("plain words", "words", "words"),
        ("限男性", "男性", "男性"),
    ],
)
def test_span_covers_all_that_a_word_was_written_with(text: str, word: str, original: str) -> None:
    reading = undisguise(text)
    start = reading.text.index(word)
    first, last = reading.original_span(start, start + len(word))
    assert text[first:last] == original


def test_noise_beside_single_characters_is_left_out_of_a_second_reading() -> None:
    reading = squeeze(FoldedText("查乙*肝，本科 女 三年"))
    assert reading is not None
    assert reading.text == "查乙肝，本科女三年"
    start = reading.text.index("乙肝")
    assert reading.original_span(start, start + 2) == (1, 4)
    assert squeeze(FoldedText("本科以上，三年经验")) is None


def test_deleted_spans_keep_the_places_of_the_rest() -> None:
    reading = delete(FoldedText("原7-3-1部"), [(2, 3), (4, 5)])
    assert reading.text == "原731部"
    assert reading.original_span(1, 4) == (1, 6)
    assert delete(reading, []) is reading
