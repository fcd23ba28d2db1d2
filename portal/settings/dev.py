"""Settings of `make run`: the real portal on an embedded default, with its own secrets on this machine."""

import os
import secrets

from cryptography.fernet import Fernet

from portal.settings import base
from portal.settings.base import *  # noqa: F403

SECRETS_FILE = base.DATA_DIR / "secrets.env"


def _make_secrets() -> None:
    """Write this machine's own random keys once, readable by its owner only.

    Written beside and linked into place, so that two processes starting together agree on one set.
    """
    base.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = SECRETS_FILE.with_name(f"{SECRETS_FILE.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(
        f"PORTAL_SECRET_KEY={secrets.token_urlsafe(50)}\n"
        f"PORTAL_FIELD_KEYS={Fernet.generate_key().decode()}\n"
        f"PORTAL_LOOKUP_KEY={secrets.token_urlsafe(32)}\n"
    )
    try:
        os.link(draft, SECRETS_FILE)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


if not SECRETS_FILE.exists():
    _make_secrets()
base.env.read_env(SECRETS_FILE)

DEBUG = base.env.bool("PORTAL_DEBUG", default=False)
SECRET_KEY = base.env.str("PORTAL_SECRET_KEY")
FIELD_ENCRYPTION_KEYS = base.env.list("PORTAL_FIELD_KEYS", default=[])
LOOKUP_HASH_KEY = base.env.str("PORTAL_LOOKUP_KEY")
# The word that lets `manage.py serve` show the demo to other machines.
PUBLIC_DEMO = base.env.bool("PORTAL_PUBLIC_DEMO", default=False)
ALLOWED_HOSTS = base.env.list(
    "PORTAL_HOSTS", default=["*"] if PUBLIC_DEMO else ["localhost", "127.0.0.1", "[::1]"]
)
# Shows the component gallery and the last one-time code on the sign-in page; never in production.
DEMO = True
