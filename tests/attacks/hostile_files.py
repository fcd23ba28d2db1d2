"""Generator of hostile and broken workbooks, pictures and documents.

    .venv/bin/python -m tests.attacks.hostile_files FOLDER COUNT SEED

Each file is a lawful one that went through one transformation with random parameters. What the reader may
answer (codes of its refusals) belongs to the transformation and was written before the readers were run; ''
stands for a file that is read all the same, since not every broken byte matters. Writes `expected.json` too.
"""

import io
import json
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image

from tests.attacks.lawful_files import (
    DECLARATION,
    MEGABYTE,
    SHARED_TEXTS,
    WORKSHEET,
    in_part,
    lawful_xlsx,
    ods,
    ods_row,
    pack,
    unpack,
    workbook,
)

_PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << >>\n%%EOF\n"


@dataclass(frozen=True)
class Transformation:
    """A way to spoil a file.

    Attributes:
        codes: the refusals that name this cause.
        spoil: returns the content, from a source of random numbers.
        reader: 'table' or 'document'.
    """

    name: str
    codes: frozenset[str]
    spoil: Callable[[random.Random], bytes]
    reader: str = "table"


def cell_name(rnd: random.Random, rows: tuple[int, int], columns: tuple[int, int]) -> str:
    number, letters = rnd.randint(*columns), ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{rnd.randint(*rows)}"


def far_cell(rnd: random.Random) -> bytes:
    rows, columns = rnd.choice(
        [((1, 9), (201, 16384)), ((200_001, 1_048_576), (1, 200)), ((10**7, 10**9), (1, 9))]
    )
    name = cell_name(rnd, rows, columns)
    quote = rnd.choice("\"'")
    cell = (
        f"<row r={quote}1{quote}><c s={quote}0{quote} r={quote}{name}{quote}><v>7</v></c></row></sheetData>"
    )
    return in_part(lawful_xlsx(rnd), WORKSHEET, b"</sheetData>", cell.encode())


def wide_area(rnd: random.Random) -> bytes:
    row = rnd.randint(150_000, 199_999)
    name = cell_name(rnd, (row, row), (120, 199))
    cell = f'<row r="{row}"><c r="{name}"><v>7</v></c></row></sheetData>'
    return in_part(lawful_xlsx(rnd), WORKSHEET, b"</sheetData>", cell.encode())


def entities(rnd: random.Random) -> bytes:
    levels = rnd.randint(3, 12)
    declarations = '<!ENTITY e0 "哈">' + "".join(
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, levels)
    )
    if rnd.random() < 0.4:
        declarations = '<!ENTITY e0 SYSTEM "file:///etc/hostname">'
    name = rnd.choice([WORKSHEET, SHARED_TEXTS, "xl/workbook.xml", "xl/styles.xml"])
    old = DECLARATION.encode()
    return in_part(lawful_xlsx(rnd), name, old, old + f"<!DOCTYPE x [{declarations}]>".encode())


def shared_bomb(rnd: random.Random) -> bytes:
    """Let tens of thousands of cells refer to one long text."""
    text = rnd.choice("字x山") * rnd.randint(15_000, 32_000)
    last_row = rnd.randint(20_000, 60_000)
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, last_row))
    return workbook(cells, [text])


def zeros(rnd: random.Random) -> bytes:
    parts = unpack(lawful_xlsx(rnd))
    name = rnd.choice([WORKSHEET, SHARED_TEXTS, "xl/media/image1.png", "xl/theme/theme1.xml"])
    parts[name] = rnd.choice([b" ", b"\0", b"x"]) * (rnd.randint(12, 120) * MEGABYTE)
    return pack(parts)


def many_entries(rnd: random.Random) -> bytes:
    parts = unpack(lawful_xlsx(rnd))
    return pack(parts | {f"xl/media/{number}.png": b"" for number in range(rnd.randint(2001, 6000))})


def false_size(rnd: random.Random) -> bytes:
    """Declare a size of the worksheet smaller than it is, in both headers."""
    parts = unpack(lawful_xlsx(rnd))
    content = bytearray(pack(parts))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo(WORKSHEET).file_size
        offset = archive.getinfo(WORKSHEET).header_offset
    lie = struct.pack("<I", rnd.randint(1, size - 1))
    content[offset + 22 : offset + 26] = lie
    name_at = content.rfind(WORKSHEET.encode())  # in the central directory, 46 bytes after its entry begins
    content[name_at - 46 + 24 : name_at - 46 + 28] = lie
    return bytes(content)


def overlap(rnd: random.Random) -> bytes:
    """Let many names of the directory point to one packed part, as quines and overlapping bombs do."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel", rnd.randbytes(20_000))
        first = archive.getinfo("kernel")
        for number in range(rnd.randint(50, 900)):
            twin = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(twin, field, getattr(first, field))
            archive.filelist.append(twin)
    return target.getvalue()


def twice_named(rnd: random.Random) -> bytes:
    name = WORKSHEET.replace("sheet1", f"sheet{rnd.randint(2, 9)}")
    return pack(unpack(lawful_xlsx(rnd)) | {name: b"<x/>"}).replace(name.encode(), WORKSHEET.encode())


def marked_as_locked(rnd: random.Random) -> bytes:
    content = bytearray(lawful_xlsx(rnd))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def truncation(rnd: random.Random) -> bytes:
    content = lawful_xlsx(rnd)
    return content[: rnd.randint(30, len(content) - 40)]


def flipped_bytes(rnd: random.Random) -> bytes:
    content = bytearray(lawful_xlsx(rnd))
    for _ in range(rnd.randint(20, 200)):
        content[rnd.randrange(4, len(content))] = rnd.randrange(256)
    return bytes(content)


def spoilt_xml(rnd: random.Random) -> bytes:
    """Delete, double or replace pieces of the XML of a part."""
    parts = unpack(lawful_xlsx(rnd))
    name = rnd.choice([WORKSHEET, SHARED_TEXTS, "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
    data = parts[name]
    for _ in range(rnd.randint(1, 4)):
        start = rnd.randrange(len(data))
        fragment = data[start : start + rnd.randint(1, 80)]
        new = rnd.choice([b"", fragment * 3, b"<", b"&#x0;", b"]]>", str(2**63).encode(), b"-1"])
        data = data[:start] + new + data[start + len(fragment) :]
    return pack(parts | {name: data})


def deep_nesting(rnd: random.Random) -> bytes:
    depth = rnd.randint(10_000, 400_000)
    parts = unpack(lawful_xlsx(rnd))
    name = rnd.choice([WORKSHEET, SHARED_TEXTS])
    return pack(parts | {name: parts[name].replace(b">", b">" + b"<is>" * depth, 2)})


def long_cell(rnd: random.Random) -> bytes:
    text = "".join(rnd.choices("天地玄黄宇宙洪荒", k=rnd.randint(40_000, 900_000)))
    cell = f'<row r="99"><c r="A99" t="inlineStr"><is><t>{text}</t></is></c></row></sheetData>'
    return in_part(lawful_xlsx(rnd), WORKSHEET, b"</sheetData>", cell.encode())


def repeated_ods_cells(rnd: random.Random) -> bytes:
    rows, columns = rnd.choice(
        [(1, rnd.randint(201, 10**9)), (rnd.randint(200_001, 10**9), 1), (150_000, 150)]
    )
    return ods(ods_row() * rnd.randint(1, 5) + ods_row("炸", rows, columns))


def far_ods_row(rnd: random.Random) -> bytes:
    gap = rnd.randint(200_000, 10**8)
    space = f'<table:table-row table:number-rows-repeated="{gap}"><table:table-cell/></table:table-row>'
    return ods(ods_row() + space + ods_row("远"))


def no_workbook(rnd: random.Random) -> bytes:
    return pack({rnd.choice(["word/document.xml", "a.txt", "ppt/slides/a.xml"]): rnd.randbytes(500)})


def ole_noise(rnd: random.Random) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + rnd.randbytes(rnd.randint(10, 60_000))


def binary_noise(rnd: random.Random) -> bytes:
    head = rnd.choice([b"MZ", b"\x7fELF", b"%PDF-1.4\n\0", b"\x89PNG\r\n\x1a\n\0", b"Rar!\x1a\x07\0"])
    return head + bytes(16) + rnd.randbytes(rnd.randint(100, 5000))


def long_csv_field(rnd: random.Random) -> bytes:
    return ("姓名,电话\n张三," + rnd.choice(['"', ""]) + "1" * rnd.randint(140_000, 5_000_000)).encode()


def many_csv_rows(rnd: random.Random) -> bytes:
    return rnd.choice([b"a\n", b"a,b\n", b"1;2\n"]) * rnd.randint(200_001, 2_000_000)


def wide_csv(rnd: random.Random) -> bytes:
    return b",".join(b"a" for _ in range(rnd.randint(201, 50_000)))


def empty_table(rnd: random.Random) -> bytes:
    return rnd.choice([b"\n", b",,,\n", b" \n\n" * 0 + b"\r\n"]) * rnd.randint(1, 500)


def picture(rnd: random.Random, image_format: str = "") -> bytes:
    pillow_heif.register_heif_opener()
    target = io.BytesIO()
    size = (rnd.randint(20, 400), rnd.randint(20, 400))
    image = Image.effect_noise(size, 50).convert("RGB")
    image.save(target, image_format or rnd.choice(["PNG", "JPEG", "WEBP", "HEIF"]))
    return target.getvalue()


def png_declaring(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG of a few kilobytes that declares this size."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = {b"IHDR": head, b"IDAT": zlib.compress(bytes(MEGABYTE)), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )


def vast_png(rnd: random.Random) -> bytes:
    sides = [rnd.randint(8_000, 2**31 - 1), rnd.randint(8_000, 2**31 - 1)]
    depth, colour = rnd.choice([(8, 2), (1, 0), (16, 6), (8, 3)])
    return png_declaring(sides[0], sides[1], depth, colour)


def vast_jpeg(rnd: random.Random) -> bytes:
    content = bytearray(picture(rnd, "JPEG"))
    at = next(at for at in range(len(content)) if content[at] == 0xFF and content[at + 1] in {0xC0, 0xC2})
    content[at + 5 : at + 9] = struct.pack(">HH", rnd.randint(9_000, 65_500), rnd.randint(9_000, 65_500))
    return bytes(content)


def short_picture(rnd: random.Random) -> bytes:
    content = picture(rnd)
    return content[: rnd.randint(24, len(content) * 2 // 3)]


def flipped_picture(rnd: random.Random) -> bytes:
    content = bytearray(picture(rnd))
    for _ in range(rnd.randint(5, 60)):
        content[rnd.randrange(12, len(content))] = rnd.randrange(256)
    return bytes(content)


def other_document(rnd: random.Random) -> bytes:
    head = rnd.choice(
        [b"<html><script>", b"<svg xmlns='x'>", b"MZ", b"GIF89a", b"PK\x03\x04", b"#!/bin/sh\n", b"BM"]
    )
    return head + rnd.randbytes(rnd.randint(50, 5000))


def short_pdf(rnd: random.Random) -> bytes:
    return b"%PDF-1.7\n" + rnd.randbytes(rnd.randint(3000, 9000)).replace(b"%%EOF", b"")


def active_pdf(rnd: random.Random) -> bytes:
    key = rnd.choice(
        [b"/JavaScript (x)", b"/JS (app.alert)", b"/Launch << >>", b"/EmbeddedFiles 2 0 R", b"/XFA ["]
    )
    return _PDF.replace(b">> endobj", key + b" >> endobj")


def locked_pdf(rnd: random.Random) -> bytes:
    return _PDF.replace(b"trailer <<", b"trailer << /Encrypt %d 0 R" % rnd.randint(2, 99))


def large_document(rnd: random.Random) -> bytes:
    begin = rnd.choice([_PDF, picture(rnd, "JPEG"), picture(rnd, "PNG")])
    return begin + bytes(20 * MEGABYTE + 1) + b"%%EOF"


def _kind(codes: str, spoil: Callable[[random.Random], bytes], reader: str = "table") -> Transformation:
    names = frozenset("" if code == "read" else code for code in codes.split())
    return Transformation(spoil.__name__, names, spoil, reader)


TRANSFORMATIONS = (
    _kind("far", far_cell),
    _kind("area", wide_area),
    _kind("entities", entities),
    _kind("shared", shared_bomb),
    _kind("ratio cell", zeros),
    _kind("entries", many_entries),
    _kind("declared broken", false_size),
    _kind("overlap", overlap),
    _kind("entries", twice_named),
    _kind("password", marked_as_locked),
    _kind("broken", truncation),
    _kind("broken type entities declared compression password overlap size empty read", flipped_bytes),
    _kind("broken type empty far area cell read", spoilt_xml),
    _kind("broken type empty cell ratio read", deep_nesting),
    _kind("cell", long_cell),
    _kind("far area", repeated_ods_cells),
    _kind("far", far_ods_row),
    _kind("type broken", no_workbook),
    _kind("type broken", ole_noise),
    _kind("type", binary_noise),
    _kind("quotes cell", long_csv_field),
    _kind("rows", many_csv_rows),
    _kind("columns", wide_csv),
    _kind("empty", empty_table),
    _kind("pixels", vast_png, "document"),
    _kind("pixels", vast_jpeg, "document"),
    _kind("broken", short_picture, "document"),
    _kind("broken type pixels memory read", flipped_picture, "document"),
    _kind("type", other_document, "document"),
    _kind("broken", short_pdf, "document"),
    _kind("active", active_pdf, "document"),
    _kind("password", locked_pdf, "document"),
    _kind("size", large_document, "document"),
)


def main(folder: Path, count: int, seed: int) -> None:
    """Write `count` files; each transformation comes about equally often."""
    rnd = random.Random(seed)
    rows = []
    for number in range(count):
        transformation = TRANSFORMATIONS[number % len(TRANSFORMATIONS)]
        path = folder / f"{number:03}_{transformation.name}"
        path.write_bytes(transformation.spoil(rnd))
        codes = sorted(transformation.codes)
        rows.append({"path": path.name, "reader": transformation.reader, "codes": codes})
    (folder / "expected.json").write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
