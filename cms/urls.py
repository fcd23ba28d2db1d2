from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access

from cms.account_settings import OwnAccountView

# URLs of Wagtail's admin; the first five replace pages of Wagtail. The names for `reverse` stay Wagtail's.
urlpatterns = [
    path("account/", require_admin_access(OwnAccountView.as_view())),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["wagtail.admin", "cms"])),
    # Accounts and their rights follow appointments (portal.accounts); a second list could contradict them.
    re_path(r"^users/", RedirectView.as_view(pattern_name="wagtailadmin_home")),
    # One page signs people in: with limits on guessing and a second factor.
    path("login/", RedirectView.as_view(pattern_name=settings.WAGTAILADMIN_LOGIN_URL, query_string=True)),
    # Passwords are reset by phone, at the sign-in page.
    re_path(r"^password_reset/", RedirectView.as_view(pattern_name=settings.WAGTAILADMIN_LOGIN_URL)),
    path("", include(wagtailadmin_urls)),
]
