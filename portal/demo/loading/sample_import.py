"""Import of records that the demo's clerk has uploaded and checked, but not run; some rows are bad."""

import random

from portal.accounts.models import User
from portal.core.encryption import hash_phone
from portal.demo import logins
from portal.demo.loading.record_import_file import record_file_generator
from portal.imports import actions, import_runner
from portal.imports.workbook_writer import write_rows
from portal.stations.models import Station
from portal.veterans.import_rows import KIND

_ROW_COUNT, _BAD_SHARE = 60, 0.1


def load_sample_import(stations: dict[str, Station], seed: int) -> None:
    """Upload and check the import file; no record is created."""
    clerk = User.objects.get(phone_hash=hash_phone(logins.TOWN_CLERK.phone))
    near = Station.objects.in_subtrees([stations["睦洲镇"].path])
    maker = record_file_generator(random.Random(seed), near)  # noqa: S311  (invented data, not secrets)
    content = write_rows(maker.rows(_ROW_COUNT, _BAD_SHARE), title="退役军人档案", headers=maker.headers)
    run = actions.upload(by=clerk, kind=KIND, name="睦洲镇返乡登记.xlsx", content=content)
    import_runner.execute(actions.check(run=run, by=clerk, enqueue=False), dry=True)
