"""Settings of the test suite: fixed keys, tasks at once, and nothing outside a temporary folder."""

import os
import tempfile
from pathlib import Path

# Every process of a run has a folder of its own, also a worker that inherits the first one's environment.
if "PYTEST_XDIST_WORKER" in os.environ or "PORTAL_DATA" not in os.environ:
    os.environ["PORTAL_DATA"] = tempfile.mkdtemp(prefix="portal-test-")

from portal.settings import base
from portal.settings.base import *  # noqa: F403

SECRET_KEY = "test-only"
FIELD_ENCRYPTION_KEYS = ["dGVzdC1vbmx5LXRlc3Qtb25seS10ZXN0LW9ubHkhISE="]
LOOKUP_HASH_KEY = "test-only"
ALLOWED_HOSTS = ["*"]
DEMO = True
PUBLIC_DEMO = False

if base.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the live server's threads and the test share it.
    base.DATABASES["default"]["TEST"] = {"NAME": str(Path(os.environ["PORTAL_DATA"]) / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
CODE_SENDER = "portal.accounts.senders.MemorySender"
STORAGES = {
    **base.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
# A test asks more in a second than a caller may in a minute; the tests of the rates set their own.
API_RATES = dict.fromkeys(base.API_RATES, 1_000_000)
