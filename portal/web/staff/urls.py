"""URL paths of the staff desk, below /desk/: the paths of every subject in one namespace."""

from portal.web.staff.audit import urls as audit_urls
from portal.web.staff.calls import urls as calls_urls
from portal.web.staff.employers import urls as employers_urls
from portal.web.staff.fairs import urls as fairs_urls
from portal.web.staff.imports import urls as imports_urls
from portal.web.staff.network import urls as network_urls
from portal.web.staff.placements import urls as placements_urls
from portal.web.staff.positions import urls as positions_urls
from portal.web.staff.ranking import urls as ranking_urls
from portal.web.staff.records import urls as records_urls
from portal.web.staff.reports import urls as reports_urls

app_name = "staff"

urlpatterns = [
    *calls_urls.urlpatterns,
    *records_urls.urlpatterns,
    *employers_urls.urlpatterns,
    *positions_urls.urlpatterns,
    *fairs_urls.urlpatterns,
    *placements_urls.urlpatterns,
    *network_urls.urlpatterns,
    *reports_urls.urlpatterns,
    *ranking_urls.urlpatterns,
    *audit_urls.urlpatterns,
    *imports_urls.urlpatterns,
]
