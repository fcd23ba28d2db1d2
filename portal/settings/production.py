"""Settings of a real installation: every secret comes from the environment and there is no default."""

from portal.settings import base
from portal.settings.base import *  # noqa: F403

SECRET_KEY = base.env.str("PORTAL_SECRET_KEY")
FIELD_ENCRYPTION_KEYS = base.env.list("PORTAL_FIELD_KEYS", default=[])
LOOKUP_HASH_KEY = base.env.str("PORTAL_LOOKUP_KEY")
ALLOWED_HOSTS = base.env.list("PORTAL_HOSTS")
CSRF_TRUSTED_ORIGINS = base.env.list("PORTAL_ORIGINS")
# What the links in text messages begin with: 'https://jobs.example.gov.cn'.
WAGTAILADMIN_BASE_URL = base.env.str("PORTAL_BASE_URL")
CODE_SENDER = base.env.str("PORTAL_CODE_SENDER")
DEMO = False
PUBLIC_DEMO = False

# That header is only true behind a proxy, so there is one, which also says whose address asks.
NINJA_NUM_PROXIES = base.env.int("PORTAL_PROXIES", default=1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
