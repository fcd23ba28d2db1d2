"""Who edits and who publishes: the two groups of the CMS, and the station posts that lead into them."""

from portal.accounts.enums import StationRole
from portal.accounts.models import User
from portal.stations.enums import StationLevel

EDITORS = "内容编辑"
MODERATORS = "内容审核"

# Codenames of wagtailcore's page permissions, on the home page and all below it.
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
    """Names of the CMS groups that today's posts of `user` lead into.

    What is published speaks for the whole city, so a county's reviewer of employers does not publish.
    """
    names = set()
    for post in user.current_appointments:
        if post.role == StationRole.EDITOR:
            names.add(EDITORS)
        elif post.role == StationRole.OPERATOR or (
            post.role == StationRole.REVIEWER and post.station.level == StationLevel.CITY
        ):
            names.add(MODERATORS)
    return names
