from cms.models.fairs import FairIndexPage, FairMode, JobFairPage
from cms.models.home import HomePage

__all__ = ["FairIndexPage", "FairMode", "HomePage", "JobFairPage"]
