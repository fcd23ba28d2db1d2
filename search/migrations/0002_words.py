"""The word table of the database's own engine: FTS5 on SQLite, a tsvector under GIN on PostgreSQL."""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5(title, facts, body,"
    " tokenize = \"unicode61 remove_diacritics 0 tokenchars '+#.%&_-/'\")"
)
POSTGRESQL = (
    "CREATE TABLE search_words (id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX search_words_gin ON search_words USING gin (words)",
)


def make(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": (SQLITE,), "postgresql": POSTGRESQL}.get(vendor, ()):
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS search_words")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
