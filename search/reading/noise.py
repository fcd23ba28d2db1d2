"""Words of a query that name neither work nor conditions."""

from functools import cache

from matching.tokens import default_engine, stopwords
from search.reading.tables import table

_HIRING = "招聘"  # characters of words for hiring


def is_noise(word: str, *, is_alone: bool, is_about_page: bool) -> bool:
    """Return whether a word of a query is left out.

    Args:
        is_alone: nothing else of the query was understood, so that a single character counts.
        is_about_page: the query speaks of a page; words of a question about one are left out too.
    """
    if len(word) == 1 and not word.isascii() and not is_alone:
        return True
    if len(word) == 2 and word[0] in _HIRING and not default_engine().has_word(word):
        return True  # '招骋' is 招聘 by its looks, and no name of anything
    return word in _words("noise") or word in stopwords() or (is_about_page and word in _words("questions"))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("query_words")[name].split())
