"""Posts of rare trades without a family of their own in jobs*.toml: the classification's own words as lines.

A city's posts have a long tail of such trades. Their names and tasks come from the national classification at
run time, so nothing of it is copied here; data/rare_trades.toml says which groups occur in this city and what
they pay.
"""

import re
from collections.abc import Iterable

from portal.demo.content.job_families import JobFamily, job_families
from portal.demo.content.toml_files import read_toml

_SPLIT = re.compile(r"\s*\d+\s*[.．、]\s*")
_LONGEST, _FEWEST = 44, 3


def build_rare_jobs(entries: Iterable[tuple[str, str, str]]) -> list[JobFamily]:
    """Families of occupations that have none written by hand, in the order of their codes.

    `entries` are (code, name, tasks) of level 4. A trade whose tasks give too few short lines is
    left out.
    """
    words = read_toml("rare_trades.toml")
    written = {job.occupation for job in job_families()}
    refused = re.compile("|".join(words["refused"]))
    made = []
    for code, name, tasks in sorted(set(entries)):
        if name in written or refused.search(name + tasks):
            continue
        group = next((row for row in words["groups"] if code.startswith(tuple(row["codes"]))), None)
        lines = task_lines(tasks)
        if group is None or len(lines) < _FEWEST:
            continue
        written.add(name)  # the classification holds one name twice
        made.append(
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
    return made


def task_lines(tasks: str) -> list[str]:
    """'1.进行样品抽取 2.编制检验报告。' -> ['负责样品抽取', '编制检验报告']; long lines are left out."""
    lines = (line.strip(" 。；;") for line in _SPLIT.split(tasks))
    plain = (re.sub(r"^(进行|从事)", "负责", line) for line in lines)
    return [line for line in plain if 4 <= len(line) <= _LONGEST]
