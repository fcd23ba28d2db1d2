"""The position sheet: one run over it. A post is known by the employer's own number, or else by what its row
says; a column that is not in the sheet and a cell that is empty change nothing. Good rows go to review.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.core import audit
from portal.core.models import Occupation
from portal.employers.models import Employer
from portal.imports import cell_parsing
from portal.imports.enums import RowOutcome
from portal.imports.import_kinds import BadRow, ImportKind, RowResult
from portal.imports.models import ImportRun
from portal.positions import occupation_lookup, position_parsing
from portal.positions.duplicates import DuplicateKey, build_duplicate_key, duplicate_key, live_positions
from portal.positions.enums import PositionState
from portal.positions.events import positions_changed
from portal.positions.import_columns import COLUMNS
from portal.positions.import_undo import undo
from portal.positions.models import EXTERNAL_ID, Position
from portal.positions.permissions import can_write_for
from portal.positions.wording_checks import check_position, find_wording_errors, summary
from portal.positions.wording_exceptions import end_exceptions

KIND = "positions"
# What a post that has ended says stays as it was.
_ENDED = frozenset({PositionState.FILLED, PositionState.WITHDRAWN})
# The same row again makes a new post once the old one is over.
_OVER = _ENDED | {PositionState.EXPIRED}
_FOREIGN = ("employer", "occupation", "region")
_GUESSED = {"occupation_id", "occupation_certainty"}
_LABELS = {column.key: column.label for column in COLUMNS}
_OTHERWISE = "。确实是另一个岗位的，请在“确非重复”一列填“是”"


@dataclass(slots=True)
class PositionRow:
    """One good row: the post it asks for (nothing that the sheet leaves open), and what it is known by."""

    external_id: str | None
    key: str
    values: dict[str, Any]
    like: DuplicateKey
    distinct: bool


class PositionImporter:
    """One run over an employer's position sheet."""

    def __init__(self, sheet: ImportRun) -> None:
        self._by = sheet.by
        self._employer = Employer.objects.select_related("station", "region").get(pk=sheet.subject_id)
        self._allowed = can_write_for(sheet.by, self._employer)
        self._places = position_parsing.region_places()
        self._near = self._employer.region_id[:4]
        self._codes = frozenset(Occupation.objects.filter(level=4).values_list("pk", flat=True))
        self._numbers: dict[str, int] = {}
        self._likes: dict[DuplicateKey, int] = {}
        self._keys: dict[str, int] = {}
        self._today = timezone.localdate()
        self._education = position_parsing.Levels(_LABELS["education_min"])
        self._certificates = cell_parsing.Listed(_LABELS["certificates"], cell_parsing.find_certificate)
        self._choices = {
            field: cell_parsing.Words(label, choices, said)
            for field, (label, choices, said) in position_parsing.CHOICES.items()
        }

    def read(self, number: int, cells: Mapping[str, Any]) -> PositionRow:
        """What a row says.

        Raises:
            BadRow: a cell cannot be taken in, or the sheet had the post before.
        """
        if not self._allowed:
            raise BadRow("member", "您已不是这家单位的经办人，不能替它提交岗位。")
        values = self._values(cells)
        external_id = self._number(number, cells.get("external_id"))
        distinct = bool(cell_parsing.yes_or_no(_LABELS["distinct"], cells.get("distinct")))
        self._check(values)
        _require_lawful_wording(values)
        like = build_duplicate_key(
            values["title"],
            values["region_id"],
            values["pay_from"],
            values["pay_to"],
            values["occupation_id"],
        )
        first = self._likes.setdefault(like, number)
        if first != number and not distinct:
            raise BadRow(
                "similar", f"岗位名称：与本表第 {first} 行重复（地区、月薪、职业也相同）{_OTHERWISE}。"
            )
        return PositionRow(external_id, self._key(values), values, like, distinct)

    def _number(self, number: int, cell: Any) -> str | None:
        text = cell_parsing.text_of(cell)
        if not text:
            return None
        if not EXTERNAL_ID.fullmatch(text):
            raise BadRow("number", "岗位编号：只能用字母、数字、汉字和 - _ . / #，最多64位，中间不留空格。")
        first = self._numbers.setdefault(text, number)
        if first != number:
            raise BadRow("number", f"岗位编号：与本表第 {first} 行相同。")
        return text

    def _values(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """Field -> value of what the row says."""
        title = cell_parsing.free_text(_LABELS["title"], cells.get("title"), 60)
        if not title:
            raise BadRow("title", "岗位名称：没有填写。")
        pay_from, pay_to = _pay(cells)
        address = cell_parsing.free_text(_LABELS["address"], cells.get("address"), 120, guarded=False)
        region, rest = position_parsing.place(
            self._places, _LABELS["region"], cells.get("region"), self._near
        )
        duties = cell_parsing.free_text(_LABELS["duties"], cells.get("duties"), 2000)
        if not duties:
            raise BadRow("duties", "岗位职责：没有填写。")
        values: dict[str, Any] = {
            "title": title,
            "headcount": position_parsing.headcount(_LABELS["headcount"], cells.get("headcount")),
            "pay_from": pay_from,
            "pay_to": pay_to,
            "region_id": region,
            "address": address or rest[:120],
            "education_min": self._education(cells.get("education_min")),
            "experience_years": position_parsing.years(
                _LABELS["experience_years"], cells.get("experience_years")
            ),
            "duties": duties,
            "requirements": cell_parsing.free_text(_LABELS["requirements"], cells.get("requirements"), 2000),
            "relaxable": cell_parsing.free_text(_LABELS["relaxable"], cells.get("relaxable"), 120),
            "legal_basis": cell_parsing.free_text(_LABELS["legal_basis"], cells.get("legal_basis"), 300),
            "real_employer": self._real_employer(cells.get("real_employer")),
            "closes_on": cell_parsing.day(
                _LABELS["closes_on"],
                cells.get("closes_on"),
                earliest=self._today,
                latest=self._today + timedelta(days=366),
            ),
            **{field: words(cells.get(field)) for field, words in self._choices.items()},
        }
        for field in ("travels", "veterans_preferred", "veterans_only"):
            values[field] = cell_parsing.yes_or_no(_LABELS[field], cells.get(field))
        said = {field: value for field, value in values.items() if value not in {None, ""}}
        for field, listed in (
            ("certificates", self._asked(cells.get("certificates"))),
            ("benefits", _benefits(cells.get("benefits"))),
        ):
            if listed is not None:
                said[field] = listed
        return said | self._occupation(title, cells.get("occupation"))

    def _real_employer(self, cell: Any) -> str:
        if not self._employer.is_agency:
            return ""
        name = cell_parsing.free_text(_LABELS["real_employer"], cell, 80)
        if not name:
            raise BadRow("agency", "实际用人单位：人力资源服务机构代招的岗位，请写明实际用人单位。")
        return name

    def _asked(self, cell: Any) -> list[str] | None:
        text = cell_parsing.text_of(cell)
        if not text:
            return None
        return [] if text in {"无", "不限", "无要求", "没有", "不要求"} else list(self._certificates(text))

    def _occupation(self, title: str, cell: Any) -> dict[str, Any]:
        """The occupation that the row names, or the likeliest of what it calls the job."""
        typed = cell_parsing.text_of(cell)
        if typed in self._codes:
            return {"occupation_id": typed, "occupation_certainty": None}
        named = occupation_lookup.find_code(typed) if typed else None
        if named in self._codes:
            return {"occupation_id": named, "occupation_certainty": None}
        guess = occupation_lookup.guess_code(f"{typed} {title}".strip(), self._codes)
        if guess is None:
            raise BadRow("occupation", "职业分类：从岗位名称看不出是什么职业，请填写职业名称。")
        return {"occupation_id": guess[0], "occupation_certainty": guess[1]}

    def _check(self, values: Mapping[str, Any]) -> None:
        """What the model asks of its fields, said as the reason of a row."""
        post = Position(employer=self._employer, **values)
        try:
            post.clean_fields(exclude=_FOREIGN)
        except ValidationError as error:
            field, messages = next(iter(error.message_dict.items()))
            raise BadRow("form", f"{_LABELS.get(field, field)}：{messages[0]}") from error

    def _key(self, values: Mapping[str, Any]) -> str:
        """Digest of what a row says; the second of equal rows has another, for it asks for a second post."""
        guessed = {"occupation_certainty"} if values["occupation_certainty"] is None else _GUESSED
        said = {field: value for field, value in values.items() if field not in guessed}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
        seen = self._keys[text] = self._keys.get(text, 0) + 1
        return hashlib.sha256(f"{seen}:{text}".encode()).hexdigest()

    def write(self, rows: Sequence[PositionRow], *, import_id: int, dry: bool) -> list[RowResult]:
        """Hand good rows in for review: new posts are made, those known by their number get what differs."""
        # One sheet of an employer at a time: what is found now is still so when the rows are in.
        Employer.objects.select_for_update().get(pk=self._employer.pk)
        mine = Position.objects.filter(employer=self._employer)
        numbered = {
            post.external_id: post
            for post in mine.filter(external_id__in=[row.external_id for row in rows if row.external_id])
        }
        keyed = dict(
            mine.filter(import_digest__in=[row.key for row in rows if not row.external_id])
            .exclude(state__in=_OVER)
            .values_list("import_digest", "pk")
        )
        live = {duplicate_key(post): post for post in live_positions(self._employer).only(*_LIKENESS_FIELDS)}
        changes = [
            _Change(self._employer, row, numbered.get(row.external_id), keyed.get(row.key)) for row in rows
        ]
        results = [change.judge(live) for change in changes]
        if not dry:
            self._save(changes, results, import_id)
        return [
            RowResult(RowOutcome.CREATED, target_id=change.post.pk)
            if result.outcome == RowOutcome.CREATED
            else result
            for change, result in zip(changes, results, strict=True)
        ]

    def _save(self, changes: "list[_Change]", results: list[RowResult], import_id: int) -> None:
        made = [c.post for c, r in zip(changes, results, strict=True) if r.outcome == RowOutcome.CREATED]
        changed = [c for c, r in zip(changes, results, strict=True) if r.outcome == RowOutcome.UPDATED]
        Position.objects.bulk_create(made, batch_size=500)
        if changed:
            fields = sorted({field for change in changed for field in change.replaced})
            now = timezone.now()
            for change in changed:
                change.post.updated_at, change.post.wording = now, summary(check_position(change.post))
            Position.objects.bulk_update(
                [change.post for change in changed],
                [
                    *(field.removesuffix("_id") for field in fields),
                    "import_digest",
                    "wording",
                    "submitted_at",
                    "updated_at",
                ],
                batch_size=200,
            )
            for post in Position.objects.filter(
                pk__in=[change.post.pk for change in changed], wording_exceptions__ended_at=None
            ).exclude(wording_exceptions=None):
                end_exceptions(position=post, by=self._by, why="岗位已修改")
        said = [(post, {"sheet": import_id}) for post in made]
        audit.record_many(by=self._by, verb="positions.drafted", targets=said)
        audit.record_many(
            by=self._by,
            verb="positions.edited",
            targets=[
                (change.post, {"sheet": import_id, "fields": sorted(change.replaced)}) for change in changed
            ],
        )
        again = [(change.post, {"sheet": import_id}) for change in changed]
        audit.record_many(by=self._by, verb="positions.submit", targets=said + again)
        # A new post shows nowhere before somebody approves it; a changed one leaves where it showed.
        if changed:
            positions_changed.send(sender=Position, position_ids=[change.post.pk for change in changed])


_LIKENESS_FIELDS = ("title", "region_id", "pay_from", "pay_to", "occupation_id", "state", "employer_id")


class _Change:
    """A row beside the post that it belongs to, and what it would change."""

    def __init__(
        self, employer: Employer, row: PositionRow, post: Position | None, known: int | None
    ) -> None:
        self.row, self.known = row, known
        self.is_new = post is None and known is None
        self.post = post or Position(employer=employer, external_id=row.external_id)
        self.replaced: dict[str, Any] = {}

    def judge(self, live: Mapping[DuplicateKey, Position]) -> RowResult:
        """Set what differs on the post in memory, and say what that makes of the row."""
        if self.known is not None:
            return RowResult(RowOutcome.UNCHANGED, target_id=self.known)
        values = dict(self.row.values)
        post = self.post
        if not self.is_new and values["occupation_certainty"] is not None and post.title == values["title"]:
            # Guessed again from the same words: what stands there may have been put right since.
            del values["occupation_id"], values["occupation_certainty"]
        self.replaced = {
            field: getattr(post, field) for field, value in values.items() if getattr(post, field) != value
        }
        if not self.is_new and not self.replaced:
            return RowResult(RowOutcome.UNCHANGED, target_id=post.pk)
        if post.state in _ENDED:
            return RowResult(
                RowOutcome.BAD,
                code="ended",
                reason=f"岗位编号：这个编号的岗位已结束（{post.get_state_display()}），内容不再更改；"
                "重新招聘请换一个编号。",
            )
        beside = live.get(self.row.like)
        if beside is not None and beside.pk != post.pk and not self.row.distinct:
            return RowResult(
                RowOutcome.BAD,
                code="similar",
                reason=f"岗位名称：与已有岗位重复（“{beside.title}”，{beside.get_state_display()}，"
                f"地区、月薪、职业也相同）{_OTHERWISE}。",
            )
        before = {
            "fields": {field: [_plain(old), _plain(values[field])] for field, old in self.replaced.items()},
            "state": post.state,
            "import_digest": post.import_digest,
        }
        for field in self.replaced:
            setattr(post, field, values[field])
        post.state, post.import_digest = PositionState.IN_REVIEW, self.row.key
        post.submitted_at = timezone.now()
        if self.is_new:
            return RowResult(RowOutcome.CREATED)
        self.replaced["state"] = before["state"]
        return RowResult(RowOutcome.UPDATED, target_id=post.pk, before=before)


def _pay(cells: Mapping[str, Any]) -> tuple[int, int]:
    """From two columns, or from one that holds both ends."""
    low = position_parsing.amount(_LABELS["pay_from"], cells.get("pay_from"))
    high = position_parsing.amount(_LABELS["pay_to"], cells.get("pay_to"))
    if low is not None:
        return position_parsing.checked_pay(_LABELS["pay_from"], low, low if high is None else high)
    both = position_parsing.pay_range(_LABELS["pay"], cells.get("pay"))
    if both is None:
        label = _LABELS["pay" if "pay" in cells and "pay_from" not in cells else "pay_from"]
        raise BadRow("pay", f"{label}：没有填写，请写明每月最低多少元。")
    return both


def _require_lawful_wording(values: Mapping[str, Any]) -> None:
    """What the form refuses as well: wording that may not stand without a legal basis, or at all."""
    errors = find_wording_errors(values)
    if errors:
        field, found = next(iter(errors.items()))
        raise BadRow("wording", f"{_LABELS[field]}：{found[0].messages[0]}")


def _benefits(cell: Any) -> list[str] | None:
    text = cell_parsing.free_text(_LABELS["benefits"], cell, 200)
    if not text:
        return None
    words = [word.strip() for word in cell_parsing.LISTED.split(text)]
    return list(dict.fromkeys(word[:20] for word in words if word and word not in {"无", "没有"}))


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, list, type(None))) else str(value)


def _finished() -> None:
    """Nothing shows before it is reviewed: there is nobody to tell."""


def _places_offered() -> Mapping[str, tuple[str, ...]]:
    return {"region": position_parsing.places_offered()}


POSITION_IMPORT = ImportKind(
    key=KIND,
    label="岗位征集表",
    columns=COLUMNS,
    open=PositionImporter,
    undo=undo,
    finished=_finished,
    problems=position_parsing.PROBLEMS,
    noun="岗位",
    unit="个",
    named="title",
    sample_row=False,
    words=_places_offered,
)
