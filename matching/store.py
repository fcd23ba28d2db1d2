"""Storage of the index shared between processes: generations on disk, a pointer, a log of changes.

    <directory>/CURRENT                 name of the current generation; replaced atomically
    <directory>/g-00000007/*.npy        one generation (generation.py)
    <directory>/g-00000007/delta.log    changes since it was built (delta.py); appended under CHANGES.lock
    <directory>/CHANGES.lock, PUBLISH.lock

Every process keeps one IndexStore and calls `current()` before each use: two `stat` calls when nothing
changed. A change applied by one process is visible to the others at their next `current()`; the log is not
synced to disk, as a rebuild from the database restores what a power cut loses.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from matching import generation
from matching.blocks import Ceilings
from matching.delta import Change, read_changes, with_changes
from matching.facts import Facts, microseconds
from matching.index import Index, Segment
from matching.types import Posting
from matching.vectors import Vectors

LOG = "delta.log"
_KINDS = {"vectors": Vectors, "facts": Facts, "ceilings": Ceilings}


class _OpenGeneration:
    """Generation opened by one process: base, changes read so far, and the resulting index."""

    def __init__(self, directory: Path) -> None:
        self.log = directory / LOG
        self.base = base = Segment(**generation.load(directory, _KINDS))
        self.read_size = 0  # bytes of the log read so far, in complete records
        self.read_stamp = (0, 0)  # size and time of the log at the last read
        self.changes: dict[int, Change] = {}
        self._index: Index | None = Index(base)

    def log_stamp(self) -> tuple[int, int]:
        status = self.log.stat()
        return status.st_size, status.st_mtime_ns

    def refresh(self) -> None:
        """Read the records appended to the log."""
        self.read_stamp = self.log_stamp()
        with self.log.open("rb") as file:
            file.seek(self.read_size)
            data = file.read()
        start = self.read_size
        for change, end in read_changes(data):
            self.changes[change.id] = change
            self.read_size, self._index = start + end, None

    def write(self, changes: list[Change]) -> None:
        """Append changes to the log, which must be read to its end; the caller holds the locks."""
        data = b"".join(change.to_bytes() for change in changes)
        with self.log.open("r+b", buffering=0) as file:
            if self.read_stamp[0] != self.read_size:  # a writer was killed while writing a record
                file.truncate(self.read_size)
            file.seek(self.read_size)
            file.write(data)
        self.changes |= {change.id: change for change in changes}
        self.read_size, self._index = self.read_size + len(data), None
        self.read_stamp = self.log_stamp()

    def index(self) -> Index:
        """Return the base with the changes applied; built at first use, as a writer does not need it."""
        index, offset = self._index, self.read_size
        if index is None:
            index = with_changes(self.base, list(self.changes.values()))
            if self.read_size == offset:  # else another thread has read further records meanwhile
                self._index = index
        return index


class IndexStore:
    """Store of the index in one directory, shared by threads and processes; created if missing."""

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self._folder = generation.Folder(directory)
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._open_generation: _OpenGeneration | None = None

    def current(self) -> Index | None:
        """Return the current index with changes by other processes; None before the first `publish`.

        A damaged generation is logged and skipped for the one before it.
        """
        state = self._refresh()
        return state.index() if state is not None else None

    def publish(self, index: Index, *, since: datetime | None = None) -> str:
        """Write a newly built index as a new generation and switch every process to it; return its name.

        Generations older than the last two are removed.

        Args:
            index: result of `Index.build`.
            since: time before the postings were read from the database; changes applied at or after it are
                carried over, so that none made during a rebuild is lost.

        Raises:
            ValueError: the index contains changes (it is from `current`, not from `Index.build`).
        """
        if index.delta is not None or index.dead_rows is not None:
            raise ValueError("only a freshly built index can be published")
        return self._folder.publish(
            {"vectors": index.base.vectors, "facts": index.base.facts, "ceilings": index.base.ceilings},
            lambda half: self._switching(half, since),
        )

    @contextmanager
    def _switching(self, half: Path, since: datetime | None) -> Iterator[None]:
        with self._folder.lock("CHANGES.lock"):
            (half / LOG).write_bytes(b"" if since is None else self._changes_since(since))
            yield

    def apply(self, upserts: Iterable[Posting] = (), removals: Iterable[int] = ()) -> int:
        """Add, replace and remove postings atomically, for every process; return the number of changes.

        Before the first `publish` nothing is changed and 0 is returned: the rebuild reads the postings.

        Raises:
            ValueError, KeyError: a posting cannot be used (facts.row); then nothing is applied.
        """
        changes = [Change.upsert(posting) for posting in upserts] + [Change.removal(id_) for id_ in removals]
        with self._folder.lock("CHANGES.lock"):  # the pointer cannot change under this lock
            state = self._refresh()
            if state is None:
                return 0
            with self._lock:  # a concurrent reader would count the new records twice
                state.write(changes)
        return len(changes)

    @property
    def pending(self) -> int:
        """Number of postings changed since the last rebuild."""
        state = self._refresh()
        return len(state.changes) if state is not None else 0

    def _refresh(self) -> _OpenGeneration | None:
        stamp = self._folder.stamp()
        state = self._open_generation
        if state is not None and stamp == self._stamp and state.log_stamp() == state.read_stamp:
            return state
        with self._lock:
            if self._open_generation is None or stamp != self._stamp:
                self._open_generation, self._stamp = self._folder.open(_OpenGeneration), stamp
            if (
                self._open_generation is not None
                and self._open_generation.log_stamp() != self._open_generation.read_stamp
            ):
                self._open_generation.refresh()
            return self._open_generation

    def _changes_since(self, since: datetime) -> bytes:
        state, first = self._refresh(), microseconds(since)
        changes = state.changes.values() if state is not None else ()
        return b"".join(change.to_bytes() for change in changes if change.written_at >= first)
