"""The pictures of a character, decoded: PNG and JPEG."""

from __future__ import annotations

import numpy as np

from motionpatches.core.errors import StudioError

# Pixels of a side: the most that is decoded, and what larger ones are made smaller to.
MOST, KEPT = 16384, 2048
KINDS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg"}


def decoded(content: bytes, where: str) -> np.ndarray:
    """Decode a picture.

    Args:
        content: Of a file.
        where: What it is called in a message.

    Returns:
        (H, W, 4) uint8, no side longer than KEPT.

    Raises:
        StudioError: It is no PNG or JPEG, damaged, or larger than MOST.
    """
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
    from PySide6.QtGui import QImage, QImageReader

    kind = next((name for start, name in KINDS.items() if content.startswith(start)), "")
    if not kind:
        raise StudioError(f"{where} is no PNG or JPEG. Save the character with such pictures.")
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setDecideFormatFromContent(False)
    size = reader.size()
    if not size.isValid():
        raise StudioError(f"{where} is damaged. Export the character again.")
    if max(size.width(), size.height()) > MOST:
        extent = f"{size.width():,} x {size.height():,} pixels"
        raise StudioError(f"{where} has {extent}, and up to {MOST:,} x {MOST:,} are read. Make it smaller.")
    if max(size.width(), size.height()) > KEPT:
        reader.setScaledSize(size.scaled(QSize(KEPT, KEPT), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        raise StudioError(f"{where} is damaged or too large to open. Export the character again.")
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).copy()
