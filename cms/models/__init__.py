from cms.models.base_index_page import BaseIndexPage
from cms.models.base_page import BaseKind, BaseLevel, BasePage
from cms.models.fair_index_page import FairIndexPage
from cms.models.home_page import HomePage
from cms.models.info_page import InfoPage
from cms.models.job_fair_page import FairMode, JobFairPage
from cms.models.news_index_page import NewsIndexPage
from cms.models.news_page import NewsPage
from cms.models.policy_index_page import PolicyIndexPage
from cms.models.policy_page import PolicyPage, PolicyTopic

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
