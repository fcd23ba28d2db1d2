"""Settings shared by every environment. Read from the environment; imports no app of ours."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()

# One folder holds everything that is not code: database, indexes, uploads, local secrets.
DATA_DIR = Path(env.str("PORTAL_DATA", default=str(BASE_DIR / "var"))).resolve()
# Code tables (occupations, regions, military specialties) and the matching library read the same files.
REFERENCE_DIR = BASE_DIR / "matching" / "data"

DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "portal.core",
    "portal.stations",
    "portal.accounts",
    "portal.notifications",
    "portal.imports",
    "portal.documents",
    "portal.veterans",
    "portal.visits",
    "portal.employers",
    "portal.api_tokens",
    "portal.positions",
    "portal.complaints",
    "portal.ranking",
    "cms",
    "portal.fairs",
    "portal.placements",
    "portal.follow_ups",
    "portal.confirmations",
    "portal.learning",
    "portal.reports",
    "search",
    "portal.web",
    "portal.api",
    "portal.demo",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "bootstrap",
    "django_htmx",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "portal.web.shared.request_limits.RequestLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "portal.web.shared.visible_parameters.VisibleParametersMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.web.shared.answer_headers.AnswerHeadersMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.web.shared.query_params.LongParametersMiddleware",
    "portal.web.shared.middleware.RefusalLogMiddleware",
    "portal.web.shared.middleware.SecondFactorMiddleware",
    "portal.web.shared.cms_access.CurrentEditorsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.shared.site_context.add_site",
            ],
        },
    }
]
FORM_RENDERER = "portal.core.folded_fields.FoldingRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# SQLite by default: one file, safe with several processes in WAL mode when every write transaction
# takes its lock at the start (IMMEDIATE) and waits for its turn (timeout, seconds).
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
# The backend of the same name with hooks for a rollback: see portal/core/locking.py.
DATABASES["default"]["ENGINE"] = f"portal.core.database.{DATABASES['default']['ENGINE'].rpartition('.')[2]}"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
        " PRAGMA mmap_size=268435456;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "public:sign-in"
LOGIN_REDIRECT_URL = "public:landing"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.web.public.site.error_pages.csrf_failure"
# Wrong tries are limited by portal/accounts/guess_limits.py; a throttle of the device would let whoever knows
# the password keep its owner out.
OTP_TOTP_THROTTLE_FACTOR = 0
OTP_STATIC_THROTTLE_FACTOR = 0
OTP_TOTP_ISSUER = "退役军人就业服务平台"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "portal.documents.storage.EncryptedFileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
# Wagtail's editor brings inline scripts and styles without a nonce; all the same nothing comes from another
# host, or is sent to one.
CMS_CONTENT_SECURITY_POLICY = {
    **CONTENT_SECURITY_POLICY["DIRECTIVES"],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview shows a page in a frame of the same origin

WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.upload_forms.ImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.upload_forms.DocumentForm"
WAGTAIL_SITE_NAME = "退役军人就业服务平台"
WAGTAILADMIN_BASE_URL = env.str("PORTAL_BASE_URL", default="http://localhost:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAIL_FRONTEND_LOGIN_URL = "/sign-in/staff/"
WAGTAILADMIN_LOGIN_URL = "public:sign-in-staff"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "heic", "heif"]
# cms/uploads.py knows how each begins.
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "pptx", "ofd", "doc", "xls", "ppt", "wps", "et"]
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Portal's own settings -------------------------------------------------------------------------------
# Newest key first; older keys still decrypt. `manage.py rotate_keys` puts new keys into the file, which
# stands before the list; a real installation keeps the file apart from the database and its backups.
FIELD_ENCRYPTION_KEYS = env.list("PORTAL_FIELD_KEYS", default=[])
FIELD_KEYS_FILE = env.str("PORTAL_FIELD_KEYS_FILE", default=str(DATA_DIR / "field_keys"))
# Keyed hashes (phone, ID number) tell people apart without storing the number; losing this key loses them.
LOOKUP_HASH_KEY = env.str("PORTAL_LOOKUP_KEY", default="")
CODE_SENDER = "portal.accounts.senders.ConsoleSender"
MATCHING_INDEX_DIR = DATA_DIR / "matching"
SEARCH_BACKEND = env.str("PORTAL_SEARCH", default="database")
ELASTICSEARCH_URL = env.str("PORTAL_ELASTICSEARCH_URL", default="")
# Seconds that a search waits for the server before the database answers; it asks twice at most.
ELASTICSEARCH_TIMEOUT = env.float("PORTAL_ELASTICSEARCH_TIMEOUT", default=0.4)
# Requests a minute: of an unknown address, a signed-in person, a token, a calendar feed; and of one address
# whoever asks. "confirmation" counts what is sent to the pages of confirmation links.
API_RATES = {"anonymous": 60, "person": 240, "token": 300, "feed": 10, "address": 900, "confirmation": 30}
# Proxies that stand before the portal and append to X-Forwarded-For (portal/core/client_address.py).
NINJA_NUM_PROXIES = env.int("PORTAL_PROXIES", default=0)
# A report of a bad post is answered within so many working days.
COMPLAINT_WORKING_DAYS = env.int("PORTAL_COMPLAINT_DAYS", default=5)
# Years that a closed file is kept before `manage.py anonymise_files` takes the person out of it.
RECORD_RETENTION_YEARS = env.int("PORTAL_FILE_RETENTION_YEARS", default=3)
# Days that a note of what a list showed is kept (portal/ranking/impression_log.py).
IMPRESSION_DAYS = env.int("PORTAL_IMPRESSION_DAYS", default=730)
# Chance, up to 0.5, that two neighbours of the recommended list change places for a day, so that the effect
# of the place can be told from that of the post. 0: the list is the ranking's own, exactly.
RANKING_SWAPS = env.float("PORTAL_RANKING_SWAPS", default=0.0)
SITE_OPERATOR = {
    "name": env.str("PORTAL_OPERATOR", default="江门市退役军人事务局"),
    "contact": env.str("PORTAL_OPERATOR_CONTACT", default="0750-0000000"),
    "icp": env.str("PORTAL_ICP", default="（演示环境，未备案）"),
    "police": env.str("PORTAL_POLICE_FILING", default="（演示环境，未备案）"),
    "site_id": env.str("PORTAL_SITE_ID", default="（演示环境）"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    # Secrets of paths are hidden from every handler, the web server's too: portal/core/log_filters.py.
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A line for every task that starts and ends would bury the one-time codes that a demo prints.
    "loggers": {name: {"level": "WARNING"} for name in ("django_tasks", "wagtail")},
}
