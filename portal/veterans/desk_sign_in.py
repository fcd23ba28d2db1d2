"""Sign-in at a station's desk for the person of a record who has no phone at hand."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from portal.accounts.desk_codes import issue_desk_code
from portal.accounts.models import User
from portal.accounts.phone_changes import no_phone_hash
from portal.core import audit
from portal.core.locking import locked
from portal.veterans.events import announce_change
from portal.veterans.models import Veteran
from portal.veterans.permissions import serves


@transaction.atomic
def issue_code_at_desk(*, veteran: Veteran, by: User) -> str:
    """Return a code with which the person of the record signs in now; staff have checked the ID card.

    A record without an account gets one without a phone.

    Raises:
        PermissionDenied: `by` is not staff of the record's stations.
        ValidationError: the record is closed, or its person is a member of staff.
    """
    veteran = locked(veteran, "station")
    if not serves(by, veteran):
        raise PermissionDenied("这份档案不在您现任服务站的辖区内。")
    if veteran.closed_on:
        raise ValidationError("这份档案已注销，不能登录。")
    account = veteran.account
    if account is None:
        account = User.objects.create(phone="", phone_hash=no_phone_hash(), name=veteran.name)
        account.set_unusable_password()
        account.save(update_fields=["password"])
        audit.record(by=by, verb="accounts.created", target=account)
        veteran.account = account
        veteran.save(update_fields=["account", "updated_at"])
        audit.record(by=by, verb="veterans.account_linked", target=veteran)
        announce_change(veteran)
    return issue_desk_code(user=account, by=by)
