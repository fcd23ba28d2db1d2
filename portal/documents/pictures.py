"""Uploaded pictures: told by content and drawn anew in a child process.

Drawing anew drops EXIF data (place, device) and bytes hidden behind the picture, and shrinks the photos of
phones.
"""

import json
from collections.abc import Mapping

import filetype
from django.core.exceptions import ValidationError

from portal.core.child_process import ChildRefusal, run_in_child

MAX_PICTURE_BYTES = 20 * 1024 * 1024
MAX_SIDE_PIXELS = 2400  # a page stays readable
# Media type -> format name of Pillow.
PICTURE_FORMATS: Mapping[str, str] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/heic": "HEIF",
    "image/heif": "HEIF",
}
# Kinds of frames of the child: FACTS is JSON (media_type).
FACTS, PICTURE = b"F", b"P"
_DRAWER = "portal.documents.picture_drawing"
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_LIMIT_MESSAGES = {
    "busy": "系统正在处理其他文件，请过一分钟再上传。",
    "time": "处理这张照片用时过长，已停止。请换一张或截图后再传。",
    "memory": "这张照片展开后占用内存过多，已停止。请降低像素后再传。",
    "answer": "这张照片太大，请降低像素后再传。",
    "crash": "照片打不开，文件可能已损坏。请重新拍一张。",
}


def picture_type(content: bytes) -> str:
    """Return the media type if the content begins like a picture of PICTURE_FORMATS, else ''."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "image/heic"
    guess = filetype.guess(content)
    return guess.mime if guess and guess.mime in PICTURE_FORMATS else ""


def draw_picture(content: bytes) -> tuple[bytes, str]:
    """Return the picture drawn anew and its media type, 'image/jpeg' or 'image/png'.

    Raises:
        ValidationError: no picture of PICTURE_FORMATS, too large, or broken; the message is for the uploader.
    """
    if not content:
        raise ValidationError("文件是空的，请重新选择。", code="empty")
    if len(content) > MAX_PICTURE_BYTES:
        raise ValidationError("照片超过 20 MB，请降低像素后再传。", code="size")
    media_type = picture_type(content)
    if not media_type:
        raise ValidationError("只能上传照片（JPG、PNG、HEIC、WebP）。", code="type")
    request = {"formats": [PICTURE_FORMATS[media_type]], "max_side": MAX_SIDE_PIXELS}
    try:
        frames = run_in_child(_DRAWER, content, request=request)
    except ChildRefusal as refusal:
        message = refusal.message or _LIMIT_MESSAGES[refusal.code]
        raise ValidationError(message, code=refusal.code) from refusal
    payloads = {frame.kind: frame.payload for frame in frames}
    return payloads[PICTURE], json.loads(payloads[FACTS])["media_type"]
