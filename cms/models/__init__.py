from cms.models.bases import BaseIndexPage, BaseKind, BaseLevel, BasePage
from cms.models.fairs import FairIndexPage, FairMode, JobFairPage
from cms.models.home import HomePage
from cms.models.info import InfoPage
from cms.models.news import NewsIndexPage, NewsPage
from cms.models.policies import PolicyIndexPage, PolicyPage, PolicyTopic

__all__ = [
    "BaseIndexPage",
    "BaseKind",
    "BaseLevel",
    "BasePage",
    "FairIndexPage",
    "FairMode",
    "HomePage",
    "InfoPage",
    "JobFairPage",
    "NewsIndexPage",
    "NewsPage",
    "PolicyIndexPage",
    "PolicyPage",
    "PolicyTopic",
]
