"""Search over what anybody may see: open positions, verified employers, fairs to come. Never a person.

    result = search.get_backend().search(SearchQuery(scope=Scope.PUBLIC, text="叉车 夜班"))

The engine is chosen by settings.SEARCH_BACKEND (see `search.backends`); `index_search` builds its index.
"""

from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from search.backends.base import Searcher


def get_backend() -> "Searcher":
    """Who answers searches, as the settings say. Raises ImproperlyConfigured when they name nobody."""
    searcher: Searcher = import_string("search.backends.chosen_searcher")()
    return searcher
