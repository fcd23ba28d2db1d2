"""Where the index lives between processes: generations on disk, one pointer, one log of changes.

    <directory>/CURRENT                 the name of the generation that serves; replaced atomically
    <directory>/g-00000007/*.npy        one generation (generation.py)
    <directory>/g-00000007/delta.log    changes since it was built (delta.py); appended under CHANGES.lock
    <directory>/CHANGES.lock, PUBLISH.lock

Every process keeps one IndexStore and asks `current()` before each use: two stats when nothing changed. A
change applied by one process is seen by the others at their next `current()`; the log is not forced to
disk, because the database holds the truth and a rebuild brings back what a power cut takes.
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


class _Serving:
    """A generation as one process sees it: its base, the changes read so far, and the index they make."""

    def __init__(self, directory: Path) -> None:
        self.log = directory / LOG
        self.base = base = Segment(**generation.load(directory, _KINDS))
        self.read = 0  # bytes of the log that were whole records
        self.seen = (0, 0)  # size and time of the log when it was last looked at
        self.changes: dict[int, Change] = {}
        self._index: Index | None = Index(base)

    def log_stamp(self) -> tuple[int, int]:
        found = self.log.stat()
        return found.st_size, found.st_mtime_ns

    def refresh(self) -> None:
        """Read what was appended to the log."""
        self.seen = self.log_stamp()
        with self.log.open("rb") as file:
            file.seek(self.read)
            data = file.read()
        start = self.read
        for change, end in read_changes(data):
            self.changes[change.id] = change
            self.read, self._index = start + end, None

    def write(self, changes: list[Change]) -> None:
        """Append changes to the log, of which all was read; nobody else reads or writes it meanwhile."""
        data = b"".join(change.to_bytes() for change in changes)
        with self.log.open("r+b", buffering=0) as file:
            if self.seen[0] != self.read:  # a writer was killed in the middle of a record
                file.truncate(self.read)
            file.seek(self.read)
            file.write(data)
        self.changes |= {change.id: change for change in changes}
        self.read, self._index = self.read + len(data), None
        self.seen = self.log_stamp()

    def index(self) -> Index:
        """The base with the changes laid over it; made when first asked for, since a writer need not."""
        index, read = self._index, self.read
        if index is None:
            index = with_changes(self.base, list(self.changes.values()))
            if self.read == read:  # else it is older than what another thread has read meanwhile
                self._index = index
        return index


class IndexStore:
    """The index of one directory, shared by threads and processes. The directory is made when missing."""

    def __init__(self, directory: Path | str) -> None:
        self.directory = Path(directory)
        self._folder = generation.Folder(directory)
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._serving: _Serving | None = None

    def current(self) -> Index | None:
        """The index that serves now, changes by other processes included; None before the first `publish`.

        A generation that is damaged is logged and passed over for the one before it.
        """
        serving = self._refreshed()
        return serving.index() if serving is not None else None

    def publish(self, index: Index, *, since: datetime | None = None) -> str:
        """Write a freshly built index as a new generation and switch every process to it; returns its name.

        Changes applied at or after `since` (the moment before the postings were read from the database) are
        carried over, so that nothing applied during a rebuild is lost. Generations older than the last two
        are removed.

        Raises:
            ValueError: the index carries changes of its own (it came from `current`, not from `Index.build`).
        """
        if index.delta is not None or index.dead is not None:
            raise ValueError("only a freshly built index can be published")
        return self._folder.publish(
            {"vectors": index.base.vectors, "facts": index.base.facts, "ceilings": index.base.ceilings},
            lambda half: self._switching(half, since),
        )

    @contextmanager
    def _switching(self, half: Path, since: datetime | None) -> Iterator[None]:
        with self._folder.held("CHANGES.lock"):
            (half / LOG).write_bytes(b"" if since is None else self._changes_since(since))
            yield

    def apply(self, upserts: Iterable[Posting] = (), removals: Iterable[int] = ()) -> int:
        """Put postings in (or replace them) and take others out, at once and for every process; returns how
        many. Before the first `publish` there is nothing to change and 0 is returned: the rebuild reads them.

        Raises:
            ValueError, KeyError: a posting cannot be used (facts.row); then nothing is applied.
        """
        changes = [Change.put(posting) for posting in upserts] + [Change.take(id_) for id_ in removals]
        with self._folder.held("CHANGES.lock"):  # the pointer cannot move while we hold this
            serving = self._refreshed()
            if serving is None:
                return 0
            with self._lock:  # a thread that reads the log now would count the new records twice
                serving.write(changes)
        return len(changes)

    @property
    def pending(self) -> int:
        """Postings changed since the last rebuild: past a few thousand a rebuild pays."""
        serving = self._refreshed()
        return len(serving.changes) if serving is not None else 0

    def _refreshed(self) -> _Serving | None:
        stamp = self._folder.stamp()
        serving = self._serving
        if serving is not None and stamp == self._stamp and serving.log_stamp() == serving.seen:
            return serving
        with self._lock:
            if self._serving is None or stamp != self._stamp:
                self._serving, self._stamp = self._folder.open(_Serving), stamp
            if self._serving is not None and self._serving.log_stamp() != self._serving.seen:
                self._serving.refresh()
            return self._serving

    def _changes_since(self, since: datetime) -> bytes:
        serving, first = self._refreshed(), microseconds(since)
        changes = serving.changes.values() if serving is not None else ()
        return b"".join(change.to_bytes() for change in changes if change.written >= first)
