"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()

from portal.ranking.ranking_index import warm_up  # noqa: E402 - needs the settings

warm_up()  # before the first request: no visitor waits for a dictionary or a compiler
