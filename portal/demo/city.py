"""The invented city, loaded from the ground up."""

import random
from functools import partial

from django.db import connection
from tqdm import tqdm

from portal.demo.content.places import offices, places
from portal.demo.loading.changes import load_changes
from portal.demo.loading.confirmations import load_confirmations
from portal.demo.loading.desk import load_booths, load_registrations, positions_by_employer
from portal.demo.loading.dossiers import load_dossiers
from portal.demo.loading.duplicates import load_duplicates
from portal.demo.loading.employers import load_employers, load_positions
from portal.demo.loading.histories import load_placements
from portal.demo.loading.network import load_places, load_stations
from portal.demo.loading.pages import load_articles, load_fairs
from portal.demo.loading.people import load_veterans
from portal.demo.loading.posts import load_posts
from portal.demo.loading.reviewing import load_reviewing
from portal.demo.loading.searches import load_searches
from portal.demo.loading.sheets import load_sheet
from portal.demo.loading.staff import load_staff
from portal.demo.loading.tokens import load_tokens
from portal.demo.loading.visits import load_visits
from portal.demo.scale import Scale
from portal.learning import report_generation


def load(scale: Scale, seed: int) -> None:
    """Everything of one scale, from the ground up."""
    rng = random.Random(seed)  # noqa: S311  (invented data, not secrets)
    load_places(places())
    stations = load_stations(offices())
    operator = load_staff(stations)
    employers = load_employers(operator, rng, scale)
    load_positions(employers, rng, scale)
    load_tokens(employers[0], operator)
    with_account = load_veterans(stations, rng, scale)
    load_duplicates(stations)
    load_visits(stations, operator, rng)
    load_sheet(stations, seed)
    fairs = load_fairs(operator, rng, scale)
    load_articles(operator)
    booths = load_booths(fairs, positions_by_employer(), rng)
    came = load_registrations(fairs, with_account, operator, rng, scale)
    load_dossiers(employers, operator, with_account, random.Random(seed))  # noqa: S311
    load_placements(fairs, booths, came, operator, rng, scale)
    count_rows()  # from here on pages' own queries are asked
    load_confirmations()
    load_posts(seed)
    load_changes(stations, operator)
    load_reviewing(seed)
    load_searches()
    report_generation.generate_report(
        by=operator,
        seed=seed,
        reading_progress=partial(tqdm, desc="impressions read", unit="row"),
        progress=partial(tqdm, desc="report on the ranking", unit="run"),
    )


def count_rows() -> None:
    """Let the database count its rows: PostgreSQL that takes every table for empty joins each with each, for
    minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
