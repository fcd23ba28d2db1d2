"""Retention milestones (稳岗): the only table of months, days and labels.

States, steps, follow-up kinds, reports and labels are derived from it. To add a milestone, add a row here and
make migrations (the choices of three columns change).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Milestone:
    """Months that a person has stayed in a job.

    `days` since the first day are the default for the follow-up and for recording the step; a city may set
    others. `is_headline`: shown in the year table and as a step ahead in the timeline.
    """

    months: int
    days: int
    is_headline: bool = False

    @property
    def state(self) -> str:
        return f"retained_{self.months}m"

    @property
    def state_label(self) -> str:
        return f"在岗满{self.months}个月"

    @property
    def step(self) -> str:
        return f"retain_{self.months}m"

    @property
    def step_label(self) -> str:
        return f"确认{self.state_label}"

    @property
    def follow_up_kind(self) -> str:
        return f"retention_{self.months}m"

    @property
    def follow_up_label(self) -> str:
        return f"稳岗回访（{self.months}个月）"


# In ascending order of months.
MILESTONES = (
    Milestone(months=1, days=30),
    Milestone(months=3, days=90, is_headline=True),
    Milestone(months=6, days=180),
    Milestone(months=12, days=365, is_headline=True),
)
HEADLINE_MILESTONES = tuple(milestone for milestone in MILESTONES if milestone.is_headline)
# States that the database accepts: of any month up to MAX_MONTHS, so that a new milestone alters no table.
MAX_MONTHS = 60
STORABLE_STATES = frozenset(Milestone(months=month, days=0).state for month in range(1, MAX_MONTHS + 1))
MILESTONE_BY_STEP = {milestone.step: milestone for milestone in MILESTONES}

# Days that the city has set, by follow-up kind; registered by portal.follow_ups, which stores the rules.
CityDaysSource = Callable[[], Mapping[str, int]]
_city_days_sources: list[CityDaysSource] = []


def register_city_days(source: CityDaysSource) -> None:
    """Let `source` override the default days of milestones."""
    _city_days_sources.append(source)


def required_days() -> dict[str, int]:
    """Return, by step, the days since the first day after which the step may be recorded. One query."""
    city_days = {kind: days for source in _city_days_sources for kind, days in source().items()}
    return {
        milestone.step: city_days.get(milestone.follow_up_kind, milestone.days) for milestone in MILESTONES
    }
