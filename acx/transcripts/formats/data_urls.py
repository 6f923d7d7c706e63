"""Data URLs: images and files written into a transcript as `data:image/png;base64,...`.

Not in here: fetching what other URLs point to, which acx never does.
"""

from __future__ import annotations

from acx.model import Attachment
from acx.transcripts.formats.blocks import attachment


def attached(url: str, media_type: str = "", name: str = "") -> Attachment:
    """What is known of the file behind a URL; of one that isn't a data URL, the URL itself."""
    if not url.startswith("data:"):
        return Attachment(media_type or "unknown", name or url)
    head, _, data = url.removeprefix("data:").partition(",")
    said, _, coding = head.partition(";")
    source = {"type": coding, "media_type": media_type or said or "unknown", "data": data}
    return attachment({"source": source, "name": name})
