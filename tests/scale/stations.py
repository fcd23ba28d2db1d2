"""A fresh database with the city's 1,411 stations, its staff and nobody's file:
`python -m tests.scale.stations` with PORTAL_DATA set.
"""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    django.setup()
    from django.core.management import call_command

    from portal.demo.content.places import place_rows, station_rows
    from portal.demo.loading.place_loading import load_places, load_stations
    from portal.demo.loading.staff_loading import load_staff

    call_command("migrate", verbosity=0)
    call_command("load_reference")
    load_places(place_rows())
    load_staff(load_stations(station_rows()))


main()
