"""Loading of the whole demo: one invented city."""

import random
from functools import partial

from django.db import connection
from tqdm import tqdm

from portal.demo.content.places import place_rows, station_rows
from portal.demo.loading.cms_pages import load_articles, load_fairs
from portal.demo.loading.confirmation_answers import load_answers
from portal.demo.loading.duplicate_records import load_duplicate_records
from portal.demo.loading.employer_activity import load_employer_activity
from portal.demo.loading.employer_loading import load_employers, load_positions
from portal.demo.loading.employer_verification import load_verification
from portal.demo.loading.fair_desks import load_booths, load_registrations, position_ids_by_employer
from portal.demo.loading.network_changes import load_network_changes
from portal.demo.loading.place_loading import load_places, load_stations
from portal.demo.loading.placement_histories import load_placements
from portal.demo.loading.review_queue import load_review_queue
from portal.demo.loading.sample_import import load_sample_import
from portal.demo.loading.search_subscriptions import load_saved_searches
from portal.demo.loading.staff_loading import load_staff
from portal.demo.loading.token_loading import load_tokens
from portal.demo.loading.veteran_loading import load_veterans
from portal.demo.loading.visit_loading import load_visits
from portal.demo.scale import Scale
from portal.learning import report_generation


def load_city(scale: Scale, seed: int) -> None:
    """Load all data of one scale; the same seed gives the same city."""
    rng = random.Random(seed)  # noqa: S311  (invented data, not secrets)
    load_places(place_rows())
    stations = load_stations(station_rows())
    operator = load_staff(stations)
    employers = load_employers(operator, rng, scale)
    load_positions(employers, rng, scale)
    load_tokens(employers[0], operator)
    with_account = load_veterans(stations, rng, scale)
    load_duplicate_records(stations)
    load_visits(stations, operator, rng)
    load_sample_import(stations, seed)
    fairs = load_fairs(operator, rng, scale)
    load_articles(operator)
    booths = load_booths(fairs, position_ids_by_employer(), rng)
    check_ins = load_registrations(fairs, with_account, operator, rng, scale)
    load_verification(employers, operator, with_account, random.Random(seed))  # noqa: S311
    load_placements(fairs, booths, check_ins, operator, rng, scale)
    analyze_tables()  # the loaders below run queries of pages
    load_answers()
    load_employer_activity(seed)
    load_network_changes(stations, operator)
    load_review_queue(seed)
    load_saved_searches()
    report_generation.generate_report(
        by=operator,
        seed=seed,
        reading_progress=partial(tqdm, desc="impressions read", unit="row"),
        progress=partial(tqdm, desc="report on the ranking", unit="run"),
    )


def analyze_tables() -> None:
    """Update the planner's statistics; without them PostgreSQL takes minutes for some joins."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
