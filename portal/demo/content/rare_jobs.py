"""Job families of rare occupations that jobs*.toml does not have, built from the national classification.

A city's positions have a long tail of such occupations. Their names and tasks are read from the
classification at run time, so that it is not copied here; data/rare_trades.toml has the groups of this city
and their pay.
"""

import re
from collections.abc import Iterable

from portal.demo.content.job_families import JobFamily, job_families
from portal.demo.content.toml_files import read_toml

_SPLIT = re.compile(r"\s*[0-9]+\s*[.．、]\s*")
_MAX_LINE_LENGTH, _MIN_LINES = 44, 3


def build_rare_jobs(entries: Iterable[tuple[str, str, str]]) -> list[JobFamily]:
    """Return families of the occupations that jobs*.toml does not have, ordered by code.

    Occupations whose tasks give fewer than `_MIN_LINES` short lines are left out.

    Args:
        entries: (code, name, tasks) of level 4 of the classification.
    """
    words = read_toml("rare_trades.toml")
    existing_names = {job.occupation for job in job_families()}
    excluded = re.compile("|".join(words["refused"]))
    families = []
    for code, name, tasks in sorted(set(entries)):
        if name in existing_names or excluded.search(name + tasks):
            continue
        group = next((row for row in words["groups"] if code.startswith(tuple(row["codes"]))), None)
        lines = task_lines(tasks)
        if group is None or len(lines) < _MIN_LINES:
            continue
        existing_names.add(name)  # the classification has one name twice
        families.append(
            JobFamily(
                occupation=name,
                titles=[name],
                pay=group["pay"],
                weight=1,
                shifts=group["shifts"],
                industries=group["industries"],
                duties=lines,
                requirements=group["requirements"],
                education=group["education"],
                experience=group["experience"],
            )
        )
    return families


def task_lines(tasks: str) -> list[str]:
    """Split the tasks of an occupation into lines; long lines are left out.

    '1.进行样品抽取 2.编制检验报告。' -> ['负责样品抽取', '编制检验报告']
    """
    lines = (line.strip(" 。；;") for line in _SPLIT.split(tasks))
    plain = (re.sub(r"^(进行|从事)", "负责", line) for line in lines)
    return [line for line in plain if 4 <= len(line) <= _MAX_LINE_LENGTH]
