"""Headers that an import kind knows, and what a header cell of one or more rows stands for."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_PUNCTUATION = re.compile(r"[\s*＊:：/／、.·\-_]+")
# A heading over several headers that does not change what they mean.
_NEUTRAL_GROUP = re.compile(r"(?:信息|情况|资料|内容|条件|要求|待遇|基本|岗位|个人|人员|本人|服役|招聘)$")
_OTHER_PERSON = re.compile(r"紧急|家属|配偶|父|母|子女|亲|监护|联系人|推荐|经办|填报|单位|负责人")


@lru_cache(maxsize=4096)
def normalize_header(header: Any) -> str:
    """Return a header without width, case, spaces, punctuation and brackets: '*姓 名（必填）' -> '姓名'."""
    text = unicodedata.normalize("NFKC", str(header or "")).casefold()
    return _PUNCTUATION.sub("", _BRACKETS.sub("", text))


@dataclass(frozen=True, slots=True)
class KnownHeaders:
    """The headers of an import kind.

    Attributes:
        keys: normalised label or synonym -> column key.
        labels: normalised labels, which win over synonyms.
        required: (key, key of the column that may stand for it) of required columns.
    """

    keys: Mapping[str, str]
    labels: frozenset[str]
    required_keys: tuple[tuple[str, str], ...]

    @classmethod
    def from_request(cls, request: Mapping[str, Any]) -> "KnownHeaders":
        return cls(
            keys=request.get("keys", {}),
            labels=frozenset(request.get("labels", ())),
            required_keys=tuple((key, alternative) for key, alternative in request.get("required", ())),
        )

    def match(self, parts: Sequence[str]) -> tuple[str, int] | None:
        """Return the column key of a header and the rank of the match, 0 best.

        Args:
            parts: the texts of the header from top to bottom: ('月薪（元）', '下限').
        """
        if not parts:
            return None
        whole = normalize_header("".join(parts))
        if whole in self.keys:
            return self.keys[whole], 0 if whole in self.labels else 1
        for start in range(1, len(parts)):
            group, rest = (normalize_header("".join(texts)) for texts in (parts[:start], parts[start:]))
            if rest in self.keys and _NEUTRAL_GROUP.search(group) and not _OTHER_PERSON.search(group):
                return self.keys[rest], 2
        return None

    def count(self, cells: Iterable[str]) -> int:
        """Return how many different columns the cells of one row name."""
        matches = [self.match([cell]) for cell in cells]
        return len({match[0] for match in matches if match})

    def has_required(self, keys: Iterable[str]) -> bool:
        present = set(keys)
        return all(key in present or alternative in present for key, alternative in self.required_keys)
