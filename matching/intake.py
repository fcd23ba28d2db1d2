"""Intake: the text of an advertisement becomes a posting, the same wherever it comes from."""

from datetime import UTC, datetime

from matching.coding import likely_occupations
from matching.types import Posting

_ALWAYS = datetime(1, 1, 2, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
_EDUCATION_LEVELS = range(5)


def read_advertisement(
    title: str,
    text: str,
    edu: int = 0,
    exp: float = 0,
    pay_from: int = 0,
    pay_to: int = 0,
    *,
    number: int = 0,
) -> Posting:
    """Return the posting of an advertisement that states what it asks for beside its text.

    Args:
        title: job title.
        text: duties and requirements in any order.
        edu: stated education, 0 to 4 (types.EDUCATION_LABELS).
        exp: stated years of experience.
        pay_from: lower pay in yuan per month, 0 if unknown; `pay_to`: upper pay.
        number: id of the posting.

    Raises:
        ValueError: an education that is not on the scale, or negative years or pay.
    """
    if edu not in _EDUCATION_LEVELS or min(exp, pay_from, pay_to) < 0:
        raise ValueError(
            f"not an advertisement's facts: education {edu}, years {exp}, pay {pay_from}-{pay_to}"
        )
    code, certainty = next(iter(likely_occupations(title, limit=1)), ("", 0.0))
    return Posting(
        id=number,
        title=title,
        occupation_code=code,
        occupation="",
        occupation_certainty=certainty,
        duties=text,
        requirements="",
        certificates=frozenset(),
        employer_id=0,
        region="",
        location=None,
        pay_from=pay_from,
        pay_to=pay_to or pay_from,
        education=edu,
        experience_years=int(exp),
        opens_at=_ALWAYS[0],
        expires_at=_ALWAYS[1],
    )
