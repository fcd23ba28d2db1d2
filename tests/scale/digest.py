"""One hash of all records of a database, and the number of rows that describe them:
`python -m tests.scale.digest`.
"""

import hashlib
import json
import os

import django

# What differs between two runs that did the same.
_OF_THE_RUN = {"id", "created_at", "updated_at"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")
    django.setup()
    from portal.core.models import AuditEvent
    from portal.imports.models import ImportRow, ImportRun
    from portal.veterans.models import Certificate, Service, Veteran

    fields = [field.attname for field in Veteran._meta.concrete_fields if field.name not in _OF_THE_RUN]
    digest = hashlib.sha256()
    for row in Veteran.objects.order_by("id_hash").values_list(*fields).iterator():
        digest.update(repr(row).encode())
    for model, field in ((Service, "specialty"), (Certificate, "kind")):
        rest = [f.attname for f in model._meta.concrete_fields if f.name not in {"id", "veteran"}]
        for row in model.objects.order_by("veteran__id_hash", field).values_list("veteran__id_hash", *rest):
            digest.update(repr(row).encode())
    first = ImportRun.objects.earliest("pk")
    contents = {
        "files": [Veteran.objects.count(), digest.hexdigest()],
        "opened": AuditEvent.objects.filter(verb="veterans.opened").count(),
        "counts": [first.total, first.done, first.created, first.updated, first.unchanged, first.bad],
        "rows": ImportRow.objects.filter(run=first).count(),
        "state": first.state,
    }
    print(json.dumps(contents))


main()
