"""URLs of the public pages and of signing in, at the root."""

from portal.web.public.accounts.urls import urlpatterns as accounts_urls
from portal.web.public.calendars.urls import urlpatterns as calendars_urls
from portal.web.public.complaints.urls import urlpatterns as complaints_urls
from portal.web.public.confirmations.urls import urlpatterns as confirmations_urls
from portal.web.public.notifications.urls import urlpatterns as notifications_urls
from portal.web.public.positions.urls import urlpatterns as positions_urls
from portal.web.public.search.urls import urlpatterns as search_urls
from portal.web.public.site.urls import urlpatterns as site_urls
from portal.web.public.stations.urls import urlpatterns as stations_urls

app_name = "public"

urlpatterns = [
    *search_urls,
    *positions_urls,
    *calendars_urls,
    *stations_urls,
    *site_urls,
    *confirmations_urls,
    *notifications_urls,
    *complaints_urls,
    *accounts_urls,
]
