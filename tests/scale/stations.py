"""A fresh database with the city's 1,411 stations, its staff and nobody's file:
`python -m tests.scale.stations` with PORTAL_DATA set.
"""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    django.setup()
    from django.core.management import call_command

    from portal.demo.content.places import offices, places
    from portal.demo.loading.network import load_places, load_stations
    from portal.demo.loading.staff import load_staff

    call_command("migrate", verbosity=0)
    call_command("load_reference")
    load_places(places())
    load_staff(load_stations(offices()))


main()
