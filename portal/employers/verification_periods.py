"""Periods of a verification: how long it lasts, and when its renewal may be requested."""

from datetime import timedelta

VERIFICATION_LASTS = timedelta(days=183)
# Before its verification ends an employer is reminded, and may request a renewal, for this long.
RENEWAL_WINDOW = timedelta(days=30)
