"""Parts of the interpretation of a query. Pure: no Django, no database; patterns are compiled at first use."""
