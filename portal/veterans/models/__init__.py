"""Models of a veteran's record (一人一册)."""

from portal.veterans.models.qualifications import Certificate, Service, WorkHistory
from portal.veterans.models.record_claim import RecordClaim
from portal.veterans.models.record_merge import RecordMerge
from portal.veterans.models.record_move import RecordMove
from portal.veterans.models.veteran import Veteran, VeteranQuerySet, end_of
from portal.veterans.models.wish import Wish

__all__ = [
    "Certificate",
    "RecordClaim",
    "RecordMerge",
    "RecordMove",
    "Service",
    "Veteran",
    "VeteranQuerySet",
    "Wish",
    "WorkHistory",
    "end_of",
]
