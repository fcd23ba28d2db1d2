"""Every verb that the code writes into the event log has its words in Chinese."""

import ast

from portal.web.staff.audit.verb_labels import CATEGORIES, VERBS, category_of, verb_label
from tests.house.source import name, python_files, tree


def _verbs_by_file() -> dict[str, str]:
    """Verb -> file, for each verb written out in a call."""
    files = {}
    for path in [*python_files("portal"), *python_files("cms")]:
        for call in ast.walk(tree(path)):
            if isinstance(call, ast.Call):
                for keyword in call.keywords:
                    if keyword.arg == "verb" and isinstance(keyword.value, ast.Constant):
                        files[str(keyword.value.value)] = name(path)
    return files


def test_every_verb_has_verb_label() -> None:
    verbs = _verbs_by_file()
    assert len(verbs) > 20
    assert {verb: path for verb, path in verbs.items() if verb not in VERBS} == {}


def test_every_verb_belongs_to_a_room() -> None:
    assert {verb for verb in VERBS if verb.partition(".")[0] not in CATEGORIES} == set()


def test_unknown_verb_is_labelled_with_its_package() -> None:
    assert verb_label("positions.dance") == "岗位：dance"
    assert category_of("nothing.known") == "其他"
