"""Places where positions show, and the ways in which one closes.

Every address of the URL configuration that answers a GET is asked as every kind of reader, with the queries
below besides, and every published page; where the post is read while it is open has to stand in PLACES, so
that a new list cannot be forgotten. Once it is closed nobody may read it anywhere, but those of
MAY_STILL_READ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from portal.employers import verification as employers
from portal.employers.models import Employer
from portal.positions import actions
from portal.positions.models import Position
from portal.ranking import ranking_index as ranking
from search import indexing as searching
from search.query import Kind
from tests.factories import make_position
from tests.house.addresses import address, looked_up
from tests.house.matrix import AUDITORS, MATRIX, REVIEWS_HERE, THE_EMPLOYER, World
from tests.house.test_matrix import OURS

TITLE = "贵重物品护卫员丙"
WORD = "武装押运"  # in what it says, and in no address: a page that repeats the question shows nothing
# Route -> what is asked besides the plain address. Suggestions forget a name once the write is committed,
# which no test of this kind does: they and the engines are held to it in tests/search/test_closing.py.
QUERIES: dict[str, tuple[str, ...]] = {
    "search/": (f"q={WORD}", f"q={WORD}&kind=position", "kind=position&sort=newest"),
    "api/v1/search": (f"q={WORD}", "kind=position"),
    "positions/": ("page=1", "pay=3000"),
    "api/v1/positions": ("open=false", "after=0&page_size=100", "updated_since=2020-01-01T00:00:00Z"),
    "door/<int:page_id>/intention/": ("booth={booth.pk}",),
    "desk/positions/": ("state=open", "state=in_review"),
    "company/positions/": ("state=open",),
}
READERS = (
    "anonymous",
    "the person",
    "the employer",
    "the rival",
    "clerk own",
    "reviewer own",
    "auditor own",
    "the employer's token",
)
OWN = THE_EMPLOYER | {"the employer's token"}
# Place -> who may read the post there after it closed, and why.
MAY_STILL_READ: dict[str, frozenset[str]] = {
    # Whoever wrote it: to change it, to publish it again, to see what became of it.
    "company/positions/": THE_EMPLOYER,
    "company/positions/<int:pk>/": THE_EMPLOYER,
    "company/positions/<int:pk>/manage/": THE_EMPLOYER,
    "company/positions/<int:pk>/candidates/": THE_EMPLOYER,  # the heading; the list of people is empty
    # The firm and its reviewers see what it looked like, marked as closed.
    "positions/<int:pk>/": OWN | REVIEWS_HERE,
    "positions/<int:pk>/report/": OWN | REVIEWS_HERE,
    "api/v1/positions": OWN | REVIEWS_HERE,  # with ?open=false alone
    "api/v1/positions/<int:position_id>": OWN | REVIEWS_HERE,
    "api/v1/positions/external/<path:external_id>": OWN,
    "desk/positions/": REVIEWS_HERE,
    "desk/positions/<int:pk>/": REVIEWS_HERE,
    "desk/positions/<int:pk>/candidates/": REVIEWS_HERE,  # the heading; the list of people is empty
    "desk/audit/": AUDITORS,
}
# Where an open post is read by somebody. A new place that shows posts is named here.
PLACES = frozenset(
    {
        "positions/",
        "positions/<int:pk>/",
        "positions/<int:pk>/report/",
        "employers/<int:pk>/",
        "search/",
        "feeds/positions.atom",
        "page home",
        "page jobfair",
        "me/",
        "me/positions/",
        "me/positions/<int:pk>/",
        "me/fairs/<int:page_id>/",
        "door/<int:page_id>/intention/",
        "company/positions/",
        "company/positions/<int:pk>/",
        "company/positions/<int:pk>/manage/",
        "company/positions/<int:pk>/candidates/",
        "company/fairs/<int:page_id>/join/",
        "desk/positions/",
        "desk/positions/<int:pk>/",
        "desk/positions/<int:pk>/candidates/",
        "desk/booths/<int:pk>/people/",
        "desk/veterans/<int:pk>/",
        "api/v1/positions",
        "api/v1/positions/<int:position_id>",
        "api/v1/positions/external/<path:external_id>",
        "api/v1/search",
    }
)


class Fair(World):
    """The world of the matrix with one more post: open for an hour, at a booth, found, recommended. Nobody
    has an intention on it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.position_to_close = make_position(
            employer=self.employer,
            title=TITLE,
            duties=f"负责{WORD}，安全送达。",
            requirements="",
            expires_at=timezone.now() + timedelta(hours=1),
            external_id="HR-1",
        )
        self.booth.positions.set([self.position_to_close])
        self.position = self.draft = self.position_to_close  # what the matrix's addresses name
        ranking.rebuild()
        ranking.rebuild_people()
        searching.rebuild()

    def clients(self, client_for: Callable[..., Client]) -> dict[str, Client]:
        token = Client(headers={"Authorization": f"Bearer {self.token_text}"})
        return {
            name: token
            if name == "the employer's token"
            else client_for(self.readers[name])
            if self.readers[name].is_authenticated
            else Client()
            for name in READERS
        }

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(place, address) of everything that can be asked for by GET."""
        for route in OURS:
            row = MATRIX[route]
            if row.method != "get" or route.startswith("^(("):  # the CMS: each of its pages below
                continue
            path = address(route, looked_up(row.sample, self))
            for query in ("", *QUERIES.get(route, ())):
                yield route, f"{path}?{query.format(booth=self.booth)}" if query else path
        for page in Page.objects.live().filter(depth__gt=1).specific():
            if url := page.get_url():
                yield f"page {type(page).__name__.removesuffix('Page').lower()}", url


@dataclass(frozen=True, slots=True)
class Closing:
    """One way that a post closes: by an action, or (`at`) by nothing but the clock."""

    act: Callable[[Fair], object] = lambda world: None
    at: Callable[[Fair], datetime | None] = lambda world: None


def _lapse(world: Fair) -> None:
    """The verification holds until today; the post much longer."""
    Employer.objects.filter(pk=world.employer.pk).update(verified_until=timezone.localdate())
    Position.objects.filter(pk=world.position_to_close.pk).update(
        expires_at=timezone.now() + timedelta(days=9)
    )
    ranking.refresh([world.position_to_close.pk])
    searching.refresh(Kind.POSITION, [world.position_to_close.pk])


def _midnight(world: Fair) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), time.min))


CLOSINGS: dict[str, Closing] = {
    "paused": Closing(lambda world: actions.pause(position=world.position_to_close, by=world.member)),
    "withdrawn": Closing(lambda world: actions.withdraw(position=world.position_to_close, by=world.member)),
    "filled": Closing(lambda world: actions.mark_filled(position=world.position_to_close, by=world.member)),
    "edited": Closing(
        lambda world: actions.edit(position=world.position_to_close, by=world.member, headcount=9)
    ),
    "taken down": Closing(
        lambda world: actions.take_down(
            position=world.position_to_close, by=world.staff["reviewer own"], reason="被举报收费"
        )
    ),
    "employer suspended": Closing(
        lambda world: employers.suspend(
            employer=world.employer, by=world.staff["reviewer own"], reason="被举报收费"
        )
    ),
    "expired by the clock": Closing(at=lambda world: world.position_to_close.expires_at),
    "verification lapsed by the clock": Closing(act=_lapse, at=_midnight),
}
