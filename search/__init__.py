"""Search over public records: open positions, verified employers, coming fairs. Never people.

    result = search.get_backend().search(SearchQuery(scope=Scope.PUBLIC, text="叉车 夜班"))

The engine is selected by settings.SEARCH_BACKEND (see `search.backends`); `index_search` builds its index.
"""

from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from search.backends.base import Searcher


def get_backend() -> "Searcher":
    """Return the searcher selected by the settings.

    Raises:
        ImproperlyConfigured: the settings select no known engine.
    """
    searcher: Searcher = import_string("search.backends.chosen_searcher")()
    return searcher
