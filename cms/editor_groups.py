"""Groups of editors and moderators in Wagtail, and the appointments that lead into them."""

from portal.accounts.models import User
from portal.accounts.roles import Permission

EDITORS = "内容编辑"
MODERATORS = "内容审核"

# Codenames of wagtailcore's page permissions, on the front page and all pages below it.
PAGE_PERMISSIONS = {
    EDITORS: ("add_page", "change_page"),
    MODERATORS: (
        "add_page",
        "change_page",
        "publish_page",
        "bulk_delete_page",
        "lock_page",
        "unlock_page",
    ),
}
# (app, codename) on every collection.
MEDIA_PERMISSIONS = (
    ("wagtailimages", "add_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "choose_document"),
)


def groups_of(user: User) -> set[str]:
    """Return the names of the groups that the current appointments of `user` lead into.

    A published page speaks for the whole city, so a county's reviewer of employers does not publish.
    """
    groups = {EDITORS: Permission.WRITE_PAGES, MODERATORS: Permission.PUBLISH_PAGES}
    return {name for name, permission in groups.items() if user.has_station_permission(permission)}
