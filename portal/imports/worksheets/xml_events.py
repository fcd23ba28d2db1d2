"""Streamed reading of XML parts; expat itself limits the expansion of entities."""

from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

from portal.core.child_entry import FileRefusal

_CHUNK_BYTES = 1 << 18
Attributes = dict[str, str]


def broken_file() -> FileRefusal:
    return FileRefusal("文件已损坏，请用表格软件打开后另存一次。", "broken")


def local_name(name: str) -> str:
    """Return a name without its prefix: 'x:row' -> 'row'."""
    return name[name.rfind(":") + 1 :]


def local_attributes(attributes: Attributes) -> Attributes:
    return {local_name(name): value for name, value in attributes.items()}


def parse_xml(stream: IO[bytes], parser: Any) -> None:
    """Feed a part to an expat parser whose handlers are set.

    Raises:
        FileRefusal: not well-formed, or it declares entities.
    """
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entities
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise broken_file() from error


def _refuse_entities(*_declaration: Any) -> None:
    raise broken_file()


def start_events(stream: IO[bytes]) -> Iterator[tuple[str, Attributes]]:
    """Yield local name and local attributes of every element of a small part."""
    events: list[tuple[str, Attributes]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: Attributes) -> None:
        events.append((local_name(name), local_attributes(attributes)))

    parser.StartElementHandler = start
    parse_xml(stream, parser)
    return iter(events)
