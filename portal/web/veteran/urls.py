"""URLs of a veteran's own pages, below /me/."""

from portal.web.veteran.complaints.urls import urlpatterns as complaints_urls
from portal.web.veteran.confirmations.urls import urlpatterns as confirmations_urls
from portal.web.veteran.consents.urls import urlpatterns as consents_urls
from portal.web.veteran.documents.urls import urlpatterns as documents_urls
from portal.web.veteran.fairs.urls import urlpatterns as fairs_urls
from portal.web.veteran.hidden_employers.urls import urlpatterns as hidden_employers_urls
from portal.web.veteran.home.urls import urlpatterns as home_urls
from portal.web.veteran.intentions.urls import urlpatterns as intentions_urls
from portal.web.veteran.personal_data.urls import urlpatterns as personal_data_urls
from portal.web.veteran.positions.urls import urlpatterns as positions_urls
from portal.web.veteran.record.urls import urlpatterns as record_urls
from portal.web.veteran.saved_searches.urls import urlpatterns as saved_searches_urls
from portal.web.veteran.visits.urls import urlpatterns as visits_urls

app_name = "veteran"

urlpatterns = [
    *home_urls,
    *record_urls,
    *positions_urls,
    *fairs_urls,
    *intentions_urls,
    *confirmations_urls,
    *complaints_urls,
    *consents_urls,
    *documents_urls,
    *hidden_employers_urls,
    *visits_urls,
    *personal_data_urls,
    *saved_searches_urls,
]
