"""Text read for checking: disguises of a word are undone, and each character's place in the original is kept.

    undisguise("限nan性") -> FoldedText("限男性", [0, 1, 4], [1, 4, 5])

Undone are: width and ornament (NFKC, circled digits), invisible and combining characters, traditional and
variant forms, letters of other alphabets that look Latin, separators between single characters, pinyin for a
character, characters taken apart or mistyped. This goes deeper than `text_folding`, which folds what is
stored or compared: nothing that is stored or shown comes from here. No Django here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FORMS_FILE = Path(__file__).with_name("simplified_forms.txt")
_PINYIN_FILE = Path(__file__).with_name("pinyin_words.txt")
# Spellings of 女, whose vowel no keyboard has.
_SPELLINGS = {"nv": ("nv", "nu", "nyu")}

# Patterns and clause ends know these in both widths.
_KEEP = "，；：！？（）…"
_BLANKS = "\n\r\t"
# Letters and symbols by category, which show nothing.
_INVISIBLE = "\u115f\u1160\u2800\u3164\uffa0"
_NO_WIDTH = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіѕјԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονιρτυκ",
    "ABESIJKMHOPCTYXaeopcyxisjdhlABEZHIKMNOPTYXaovlptuk",
)
_ORNAMENT_LETTERS = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)
_PICTURES = {"🚹": "男", "🚺": "女", "🚼": "婴", "♂": "♂", "♀": "♀", "❤": "♥", "➕": "+", "✖": "x"}

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_NOISE = r" ·•・‧.．|｜_*~^`'\"“”⭐★☆◆●■♥✦✿✨☞※+=/\\#&\-—–－­"
# '男·优·先': one character each between the same separators.
_SPACED_WORD = re.compile(rf"(?<![{_HAN}0-9])[{_HAN}0-9](?: [{_HAN}0-9]){{2,}}(?![{_HAN}0-9])")
_CHAINED_WORD = re.compile(rf"[{_HAN}]([·•・‧.．|｜_*~^`⭐★☆♥✦✨※+=/\\#&\-—–])(?:[{_HAN}]\1)+[{_HAN}]")
# '押 金', '乙*肝': noise beside a character that stands alone.
_ISOLATED = re.compile(
    rf"(?:(?<=(?<![{_HAN}])[{_HAN}])[{_NOISE}]{{1,3}}(?=[{_HAN}]))"
    rf"|(?:(?<=[{_HAN}])[{_NOISE}]{{1,3}}(?=[{_HAN}](?![{_HAN}])))"
)

_MISTYPED = (
    (re.compile(r"[己巳](?=[婚育孕])"), "已"),
    (re.compile(r"末(?=[婚育孕])"), "未"),
    (re.compile(r"(?<=[未已结离])(?:昏|女昏)|女昏(?=[否育姻])"), "婚"),
    (re.compile(r"田力(?=性|生(?!产)|士|的)"), "男"),
    (re.compile(r"[钕汝](?=性|生|士|孩)"), "女"),
    (re.compile(r"(?<=[乙丙])(?:月干|干(?=病|炎|的|不))"), "肝"),
    (re.compile(r"(?<=微)亻言|(?<=[薇徽嶶威])信(?!任|力|誉)"), "信"),
    (re.compile(r"[薇徽嶶](?=信)"), "微"),
    (re.compile(r"身分(?=证)"), "身份"),
    (re.compile(r"户囗"), "户口"),
)
_FORMAL_DIGITS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟貳參陸", "一二三四五六七八九十百千二三六")
# One of these alone is a word or a name: 陆军, 队伍.
_FORMAL_NUMBER = re.compile("(?:[壹贰叁肆伍陆柒捌玖拾佰仟零〇]){2,}")

_LATIN = re.compile(r"[A-Za-z@ü][A-Za-z@ü0-9!]{0,11}")
_LEET = str.maketrans("@4130!ü", "aaieoiv")


class FoldedText(NamedTuple):
    """Text to search, and for each of its characters its span in the original (None: the same index)."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that became [start, end) of the text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


class _Characters(dict[int, str]):
    """Table for `str.translate` that computes an entry on its first use."""

    def __missing__(self, code: int) -> str:
        self[code] = value = _fold_character(chr(code))
        return value


@cache
def _simplified_forms() -> dict[int, str]:
    lines = _FORMS_FILE.read_text(encoding="utf-8").splitlines()
    return {ord(pair[0]): pair[1] for line in lines if not line.startswith("#") for pair in line.split()}


def _fold_character(character: str) -> str:
    if character in _KEEP or character in _BLANKS:
        return character
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"}:
        return "\n"
    if category in _NO_WIDTH or character in _INVISIBLE:
        return ""
    if (plain := _plain_sign(character, category)) is not None:
        return plain
    narrow = unicodedata.normalize("NFKC", character)
    return _without_marks(narrow).translate(_LOOKALIKES).translate(_simplified_forms())


def _plain_sign(character: str, category: str) -> str | None:
    """Return what a picture, an ornament letter or a digit of another script stands for."""
    if character in _PICTURES:
        return _PICTURES[character]
    code = ord(character)
    for first in _ORNAMENT_LETTERS:
        if first <= code < first + 26:
            return chr(ord("A") + code - first)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "No" and unicodedata.normalize("NFKC", character) == character:
        return f"{unicodedata.numeric(character):g}"
    return None


def _without_marks(text: str) -> str:
    """Return Latin letters without their accents; 'ü' stays, pinyin needs it."""
    if len(text) == 1 and text.isalpha():
        parts = unicodedata.normalize("NFD", text)
        if parts[0].isascii() and len(parts) > 1:
            return "ü" if parts[:2] == "u\u0308" else parts[0]
    return "".join(part for part in text if unicodedata.category(part) not in _NO_WIDTH)


_CHARACTERS = _Characters()


def _edit(reading: FoldedText, edits: Iterable[tuple[int, int, str]]) -> FoldedText:
    """Replace spans; `edits` are (start, end, replacement) in the order of the text, without overlap."""
    text, starts, ends = reading
    fragments: list[str] = []
    new_starts: list[int] = []
    new_ends: list[int] = []
    last = 0
    origins = range(len(text)) if starts is None else starts
    limits = range(1, len(text) + 1) if ends is None else ends
    for start, end, replacement in edits:
        if start < last:
            continue
        fragments += (text[last:start], replacement)
        new_starts += origins[last:start]
        new_ends += limits[last:start]
        if len(replacement) == end - start:
            new_starts += origins[start:end]
            new_ends += limits[start:end]
        else:  # each character stands for the whole span: a finding that begins or ends with it covers it
            new_starts += [origins[start]] * len(replacement)
            new_ends += [limits[end - 1]] * len(replacement)
        last = end
    if not fragments:
        return reading
    return FoldedText(
        "".join(fragments) + text[last:], new_starts + list(origins[last:]), new_ends + list(limits[last:])
    )


def _fold_characters(text: str) -> FoldedText:
    if text.isascii() and text.isprintable():
        return FoldedText(text)
    reading = text.translate(_CHARACTERS)
    if len(reading) == len(text) and all(len(_CHARACTERS[ord(c)]) == 1 for c in set(text)):
        return FoldedText(reading)
    positions = [index for index, c in enumerate(text) for _ in _CHARACTERS[ord(c)]]
    return FoldedText(reading, positions, [index + 1 for index in positions])


def _separator_edits(text: str) -> Iterator[tuple[int, int, str]]:
    spans = {match.span() for match in _SPACED_WORD.finditer(text)}
    spans |= {match.span() for match in _CHAINED_WORD.finditer(text)}
    for start, end in sorted(spans):
        for index in range(start + 1, end, 2):
            yield index, index + 1, ""


class _Pinyin(NamedTuple):
    pairs: frozenset[str]  # neighbouring characters of the words
    words: dict[str, str]  # by their syllable syllables
    characters: dict[str, str]  # that a syllable may stand for


@cache
def _pinyin() -> _Pinyin:
    pairs: set[str] = set()
    words: dict[str, str] = {}
    characters: dict[str, str] = {}
    for line in _PINYIN_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        word, *syllables = line.split()
        pairs |= {word[index : index + 2] for index in range(len(word) - 1)}
        for spelling in _SPELLINGS["nv"] if "nv" in syllables else ("nv",):
            letters = [spelling if syllable == "nv" else syllable for syllable in syllables]
            words["".join(letters)] = word
            for syllable, character in zip(letters, word, strict=True):
                if character not in characters.get(syllable, ""):
                    characters[syllable] = characters.get(syllable, "") + character
    return _Pinyin(frozenset(pairs), words, characters)


def _pinyin_edits(text: str) -> Iterator[tuple[int, int, str]]:
    """Find Latin runs that stand for Chinese characters, judged by their neighbours."""
    pairs, words, characters = _pinyin()
    runs = _latin_runs(text)
    for index, (start, end, run) in enumerate(runs):
        if run in words:
            yield start, end, words[run]
            continue
        candidates = characters.get(run)
        if not candidates:
            continue
        before = text[max(start - 2, 0) : start].rstrip(" -_.")[-1:]
        after = text[end : end + 2].lstrip(" -_.")[:1]
        previous = _neighbour(runs, index - 1, start, text)
        following = _neighbour(runs, index + 1, end, text)
        for candidate in candidates:
            if any(before_one + candidate in pairs for before_one in previous or before) or any(
                candidate + after_one in pairs for after_one in following or after
            ):
                yield start, end, candidate
                break


def _latin_runs(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, letters) of each Latin run; 'n4n' and 'gao170' are read, 'na n' is syllable."""
    _, words, characters = _pinyin()
    runs: list[tuple[int, int, str]] = []
    for match in _LATIN.finditer(text):
        start, end = match.span()
        run = match[0].lower().replace("ü", "v")
        letters = run.rstrip("0123456789!")
        if letters in characters or letters in words:
            run, end = letters, start + len(letters)
        elif not run.isalpha():
            run = run.translate(_LEET)
        if runs and start - runs[-1][1] == 1 and text[start - 1] in " -_.":
            syllable = runs[-1][2] + run
            if len(syllable) <= 5 and syllable in characters and runs[-1][2] not in characters:
                runs[-1] = (runs[-1][0], end, syllable)
                continue
        runs.append((start, end, run))
    return runs


def _neighbour(runs: list[tuple[int, int, str]], index: int, place: int, text: str) -> str:
    """Return the characters that the run beside `place` may stand for; empty where none is near."""
    if not 0 <= index < len(runs):
        return ""
    start, end, run = runs[index]
    between = text[end:place] if end <= place else text[place:start]
    return _pinyin().characters.get(run, "") if between.strip(" -_.") == "" and len(between) <= 1 else ""


def _mistyped_edits(text: str) -> list[tuple[int, int, str]]:
    edits = [
        (*match.span(), replacement) for pattern, replacement in _MISTYPED for match in pattern.finditer(text)
    ]
    edits += [(*match.span(), match[0].translate(_FORMAL_DIGITS)) for match in _FORMAL_NUMBER.finditer(text)]
    return sorted(edits)


def undisguise(text: str) -> FoldedText:
    """Return `text` with its disguises undone, as far as that loses no boundary between words."""
    reading = _fold_characters(text)
    reading = _edit(reading, _separator_edits(reading.text))
    if _LATIN.search(reading.text):
        reading = _edit(reading, _pinyin_edits(reading.text))
    return _edit(reading, _mistyped_edits(reading.text))


def squeeze(reading: FoldedText) -> FoldedText | None:
    """Return the text without noise beside characters that stand alone; None where there is none.

    '限 男 性' and '乙*肝' become words; but '本科 女 三年' loses its
    boundaries too, so this is a second reading.
    """
    edits = [(*match.span(), "") for match in _ISOLATED.finditer(reading.text)]
    return _edit(reading, edits) if edits else None


def delete(reading: FoldedText, spans: Iterable[tuple[int, int]]) -> FoldedText:
    """Return the text without these spans, which are in its order and do not overlap."""
    return _edit(reading, ((start, end, "") for start, end in spans))
