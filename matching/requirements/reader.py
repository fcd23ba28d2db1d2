"""Reading of whole advertisements and of single lines."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from matching.requirements.certificates import read_certificates
from matching.requirements.conditions import read_commission, read_day_wage, read_shift, read_travel
from matching.requirements.education import read_education
from matching.requirements.experience import read_years
from matching.requirements.jobs import heading_job, read_jobs, read_title_jobs
from matching.requirements.majors import read_majors
from matching.requirements.text import Lazy, Sentence, fold, sentences
from matching.requirements.types import Kind, Requirement

MAX_REQUIREMENTS = 400
"""Requirements after which the rest of a text is not read: no advertisement has as many."""

_Reader = Callable[[Sentence], Iterator[Requirement]]

# A sentence without any of these words is passed over, one with them goes to the readers that need them.
_READERS: tuple[tuple[Lazy, _Reader], ...] = (
    (
        Lazy(
            r"学历|学位|文化|文凭|小学|中学|初中|高中|职高|中专|技校|中技|中职|职校|中等|大专|专科|高职"
            r"|本科|大学|硕士|研究生|博士|学士|[一二]本|mba"
        ),
        read_education,
    ),
    (
        Lazy(
            r"经验|经历|年|从业|从事|[做干]过|担任|曾任|当过|任职|带领|应届|应往届|毕业生|实习生|在校|学徒"
            r"|背景|驾龄|资历|工作者|检验|团队"
        ),
        read_years,
    ),
    (
        Lazy(r"证|[照本]|驾|级|资格|职称|考试|cet|tem|[a-z]{3}|n[12]|师|软考|内审员|雅思|托[福业]|专[四八]"),
        read_certificates,
    ),
    (Lazy(r"专业|科系|背景|毕业|本科|大专|专科|中专|硕士|博士"), read_majors),
    (Lazy(r"班|夜|[朝早]|白|[0-9][:.点时]|休[一二]"), read_shift),
    (Lazy(r"出差|外派|差旅|驻外|外驻|外出|跑外|长差|短差"), read_travel),
    (Lazy(r"计件|记件|结|薪|时工|点工|按[天日小时件]|元|块|/|日工资"), read_day_wage),
    (Lazy(r"底薪|提成|佣金|工资"), read_commission),
    (Lazy(r"名|人|位|聘|招|工种"), read_jobs),
)


def _read(sentence: Sentence) -> Iterator[Requirement]:
    """Yield what a sentence asks for; places are those of the whole text."""
    for cue, reader in _READERS:
        if cue.re.search(sentence.text):
            for requirement in reader(sentence):
                yield replace(
                    requirement,
                    start=requirement.start + sentence.offset,
                    end=requirement.end + sentence.offset,
                )


def read_line(line: str, title: str = "") -> tuple[Requirement, ...]:
    """Read what one line of an advertisement asks for.

    Args:
        line: the line.
        title: the advertisement's title, to know which experience is in the same work.

    Returns:
        requirements in the order of the text; places are those in `line`.
    """
    requirements: list[Requirement] = []
    for sentence in sentences(fold(line), fold(title)):
        requirements += _read(sentence)
        if len(requirements) > MAX_REQUIREMENTS:
            break
    return _without_repeats(requirements, kinds_in_full=("years", "certificate", "major"))


def read_requirements(title: str, text: str) -> tuple[Requirement, ...]:
    """Read what an advertisement asks for.

    Args:
        title: its title.
        text: its text, of any length and content.

    Returns:
        requirements of the title, then those of the text in its order; one that is said again is there
        once, as it was said first.
    """
    folded_title = fold(title)
    requirements: list[Requirement] = []
    for sentence in sentences(folded_title):
        requirements += (
            replace(r, in_title=True, certainty=round(r.certainty * 0.9, 3)) for r in _read(sentence)
        )
    requirements += read_title_jobs(folded_title)
    headings: dict[str, Sentence] = {}
    for sentence in sentences(fold(text), folded_title):
        requirements += _read(sentence)
        job = heading_job(sentence)
        if job:
            headings.setdefault(job, sentence)
        if len(requirements) > MAX_REQUIREMENTS:
            break
    if len(headings) > 1:
        places = sorted((s.offset, s.offset + len(s.text)) for s in headings.values())
        requirements.append(Requirement("jobs", True, True, 0.7, places[0][0], places[-1][1]))
    return _without_repeats(requirements)


def _without_repeats(
    requirements: list[Requirement], *, kinds_in_full: tuple[Kind, ...] = ()
) -> tuple[Requirement, ...]:
    """Return the requirements in the order of the text, each value once.

    Args:
        requirements: requirements in any order.
        kinds_in_full: kinds whose repeats stay: a line that asks for experience twice asks for two things.
    """
    first: dict[tuple[object, ...], Requirement] = {}
    for item in sorted(requirements, key=lambda r: (not r.in_title, r.start, r.end)):
        key: tuple[object, ...] = (item.kind, item.value, item.of, item.code, item.is_strict)
        if item.kind in kinds_in_full and item.value != 0:
            key = (item.start, item.end, item.kind)
        first.setdefault(key, item)
    return tuple(first.values())
