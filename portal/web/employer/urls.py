"""URLs of the employer pages, below /company/."""

from portal.web.employer.api_tokens.urls import urlpatterns as api_tokens_urls
from portal.web.employer.confirmations.urls import urlpatterns as confirmations_urls
from portal.web.employer.documents.urls import urlpatterns as documents_urls
from portal.web.employer.fairs.urls import urlpatterns as fairs_urls
from portal.web.employer.imports.urls import urlpatterns as imports_urls
from portal.web.employer.intentions.urls import urlpatterns as intentions_urls
from portal.web.employer.members.urls import urlpatterns as members_urls
from portal.web.employer.positions.urls import urlpatterns as positions_urls
from portal.web.employer.profile.urls import urlpatterns as profile_urls

app_name = "employer"

urlpatterns = [
    *profile_urls,
    *documents_urls,
    *members_urls,
    *positions_urls,
    *imports_urls,
    *fairs_urls,
    *intentions_urls,
    *confirmations_urls,
    *api_tokens_urls,
]
