"""The store: what is published is what was built; changes show at once; damage falls back, never serves."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Index, IndexStore
from matching.delta import Change, read_changes
from matching.vectors import term_hash
from tests.harness.optional import require
from tests.matching.making import NOW, posting, profile, term_counts


@pytest.fixture
def store(tmp_path: Path) -> Any:
    return IndexStore(tmp_path / "index")


def ids(store: Any, **changes: Any) -> Any:
    return [m.id for m in store.current().rank(profile(**changes), now=NOW).matches]


WELDER = {"title": "焊工", "occupation": "焊工", "occupation_code": "6-18-02-04"}


def test_before_the_first_generation_there_is_nothing(store: Any) -> None:
    assert store.current() is None
    assert store.apply([posting(1)], [2]) == 0
    assert store.pending == 0


def test_what_is_published_is_what_was_built(store: Any) -> None:
    index = Index.build(
        [posting(1), posting(2, **WELDER, certificates=frozenset({"welder"}), location=(22.4, 113.0))]
    )
    assert store.publish(index) == "g-00000001"
    open_items = store.current()
    assert len(open_items) == 2
    person = profile(specialties=("welder_fitter",), certificates=frozenset({"welder"}), home=(22.43, 113.0))
    assert open_items.rank(person, now=NOW) == index.rank(person, now=NOW)


def test_arrays_are_mapped_read_only(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    weights = store.current().base.vectors.doc_weights
    assert isinstance(weights.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        weights[0] = 1


def test_an_empty_index_can_serve_and_grow(store: Any) -> None:
    store.publish(Index.build([]))
    assert ids(store) == []
    store.apply([posting(5), posting(4)])
    assert ids(store) == [4, 5]


def test_changes_show_at_once_in_every_store(store: Any) -> None:
    store.publish(Index.build([posting(1), posting(2), posting(3)]))
    other = IndexStore(store.directory)
    assert ids(other) == [1, 2, 3]
    store.apply([posting(4), posting(2, **WELDER)], [1])
    assert ids(store) == ids(other) == [3, 4, 2]
    assert len(require(other.current())) == 3
    assert other.pending == 3
    assert require(other.current()).explain(profile(wished_occupations=("6-18-02-04",)), 2, NOW).score > 0.5
    with pytest.raises(KeyError):
        require(other.current()).explain(profile(), 1, NOW)
    store.apply([], [4])
    store.apply([posting(1)])
    assert ids(other) == [1, 3, 2]


def test_current_is_the_same_object_while_nothing_changes(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    assert store.current() is store.current()


def test_another_process_sees_the_change(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    assert ids(store) == [1]
    code = (
        "import sys; from matching import IndexStore; from tests.matching.making import posting;"
        "IndexStore(sys.argv[1]).apply([posting(2)])"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code, str(store.directory)], check=True, timeout=60, cwd=root)
    assert ids(store) == [1, 2]


def test_a_rebuild_keeps_what_was_applied_while_it_ran(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    store.apply([posting(2)])
    since = NOW.now(NOW.tzinfo)
    rebuilt = Index.build([posting(1), posting(2)])
    store.apply([posting(3)], [1])
    store.publish(rebuilt, since=since)
    assert ids(store) == [2, 3]
    assert store.pending == 2, "what the rebuild has read itself is not carried over"
    store.publish(Index.build([posting(9)]))
    assert ids(store) == [9]


def test_old_generations_go_and_their_readers_stay_alive(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    contents = store.current()
    for id_ in (2, 3, 4):
        store.publish(Index.build([posting(id_)]))
    assert sorted(p.name for p in store.directory.glob("g-*")) == ["g-00000003", "g-00000004"]
    assert ids(store) == [4]
    assert [m.id for m in contents.rank(profile(), now=NOW).matches] == [1]


def test_only_a_fresh_index_is_published(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    store.apply([posting(2)])
    with pytest.raises(ValueError, match="freshly"):
        store.publish(store.current())


def flip(path: Any) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def parts(path: Any) -> None:
    path.write_bytes(path.read_bytes()[:-7])


@pytest.mark.parametrize("damage", [flip, parts, os.remove], ids=["a bit", "the end", "a file"])
@pytest.mark.parametrize("name", ["vectors.doc_weights.npy", "facts.pay_to.npy", "manifest.json"])
def test_a_damaged_generation_gives_way_to_the_one_before(store: Any, damage: Any, name: Any) -> None:
    store.publish(Index.build([posting(1)]))
    store.publish(Index.build([posting(2)]))
    damage(store.directory / "g-00000002" / name)
    fresh = IndexStore(store.directory)
    assert ids(fresh) == [1]
    fresh.apply([posting(3)])
    assert ids(fresh) == [1, 3]
    fresh.publish(Index.build([posting(4)]))
    assert ids(fresh) == [4]


def test_a_half_written_generation_is_never_seen(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    half = store.directory / ".half-g-00000002"
    half.mkdir()
    (half / "vectors.idf.npy").write_bytes(b"half")
    assert ids(IndexStore(store.directory)) == [1]
    assert store.publish(Index.build([posting(2)])) == "g-00000002"
    assert ids(store) == [2]
    assert not half.exists()


def test_a_lost_pointer_is_no_loss(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    (store.directory / "CURRENT").unlink()
    assert ids(IndexStore(store.directory)) == [1]


def test_threads_may_read_while_one_writes(store: Any) -> None:
    """Each change is in exactly once, whoever reads at the moment it is written."""
    store.publish(Index.build([posting(1)]))
    completed = threading.Event()
    trouble: list[BaseException] = []

    def read() -> None:
        try:
            while not completed.is_set():
                store.current()
        except BaseException as error:
            trouble.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2, 302):
        store.apply([posting(number)])
    completed.set()
    for reader in readers:
        reader.join()
    assert not trouble
    assert len(store.current()) == len(require(IndexStore(store.directory).current())) == 301
    assert store.pending == 300
    assert [store.current().find(n)[0].size for n in (2, 301)] == [300, 300]


def test_a_record_cut_short_is_dropped_and_written_over(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    store.apply([posting(2)])
    log = store.directory / "g-00000001" / "delta.log"
    whole = log.read_bytes()
    log.write_bytes(whole + whole[: len(whole) // 2])
    fresh = IndexStore(store.directory)
    assert ids(fresh) == ids(store) == [1, 2]
    fresh.apply([posting(3)])
    assert ids(fresh) == ids(store) == ids(IndexStore(store.directory)) == [1, 2, 3]


def test_an_unusable_posting_changes_nothing(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    with pytest.raises(ValueError, match="region"):
        store.apply([posting(2), posting(3, region="?")])
    assert ids(store) == [1]


def test_records_survive_bytes() -> None:
    upsert, take = Change.upsert(posting(7, certificates=frozenset({"welder"}))), Change.removal(8)
    data = upsert.to_bytes() + take.to_bytes()
    (one, first_end), (other, end) = read_changes(data)
    assert (one.id, other.id, end) == (7, 8, len(data))
    assert require(one.facts).tobytes() == require(upsert.facts).tobytes()
    assert one.hashes.tolist() == upsert.hashes.tolist()
    assert other.facts is None
    for size in range(first_end):
        assert list(read_changes(data[:size])) == []


titles = st.sampled_from(["电工", "焊工", "厨师 面点", "仓库 叉车", "全新的词 雷达"])
steps = st.lists(st.tuples(st.integers(1, 8), titles | st.none()), max_size=12)


@given(st.lists(titles, min_size=1, max_size=6), steps)
@settings(max_examples=40, deadline=None)
def test_changes_make_the_index_a_rebuild_would_hold(tmp_path_factory: Any, base: Any, changes: Any) -> None:
    """Same postings with the same facts; only idf is older, until the rebuild."""
    store = IndexStore(tmp_path_factory.mktemp("index"))
    contents = {i: posting(i, title) for i, title in enumerate(base, 1)}
    store.publish(Index.build(contents.values()))
    for id_, title in changes:
        if title is None:
            contents.pop(id_, None)
            store.apply([], [id_])
        else:
            contents[id_] = posting(id_, title, pay_to=7000 + id_)
            store.apply([contents[id_]])
    index = store.current()
    assert len(require(index)) == len(contents)
    matches = require(index).rank(profile(), k=20, now=NOW).matches
    assert {m.id for m in matches} == set(contents)
    assert [(m.score, m.id) for m in matches] == sorted(
        ((m.score, m.id) for m in matches), key=lambda x: (-x[0], x[1])
    )
    for match in matches:
        assert require(index).explain(profile(), match.id, NOW).score == pytest.approx(match.score, abs=1e-12)
        pay = [
            r.text
            for r in require(index).explain(profile(lowest_pay=1), match.id, NOW).reasons
            if r.kind == "pay"
        ]
        assert pay == [f"月薪 5000–{contents[match.id].pay_to} 元，达到期望"]


def test_weights_of_a_change_use_the_idf_of_the_last_rebuild(store: Any) -> None:
    base = [posting(1, "电工"), posting(2, "焊工"), posting(3, "电工 焊工")]
    store.publish(Index.build(base))
    new = posting(4, "电工 电工 雷达", duties="全新的词")
    store.apply([new])
    index = store.current()
    counts = term_counts(new)
    frequency = Counter(t for p in base for t in term_counts(p))
    reference = {t: (1 + log(n)) * (log(4 / (1 + frequency[t])) + 1) for t, n in counts.items()}
    length = sqrt(sum(w * w for w in reference.values()))
    vectors = index.delta.vectors
    numbers, weights = vectors.row(0)
    by_hash = dict(zip(vectors.hashes[numbers].tolist(), weights.tolist(), strict=True))
    assert by_hash == pytest.approx({term_hash(t): w / length for t, w in reference.items()}, abs=1e-6)


def test_a_change_is_carried_by_its_moment(store: Any) -> None:
    store.publish(Index.build([posting(1)]))
    store.apply([posting(2)])
    store.publish(Index.build([posting(1)]), since=NOW.now(NOW.tzinfo) + timedelta(hours=1))
    assert ids(store) == [1]
