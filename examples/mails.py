"""The mails of `examples/spam.py`: what a person reads of them, with their labels."""

import email.message
import gzip
import html
import json
import random
import re
from pathlib import Path

from keras_albert.errors import InputError

SAMPLE = Path(__file__).parent / "data" / "spam-sample.jsonl.gz"
# The corpus' own collections: learned from the first ones, measured on the later ones.
GROUPS = {
    "easy-ham-1": ("train", "ham"),
    "hard-ham-1": ("train", "ham"),
    "spam-1": ("train", "spam"),
    "easy-ham-2": ("validation", "ham"),
    "spam-2": ("validation", "spam"),
}
# About as much as 64 pieces hold.
CHARACTERS = 300
# Addresses are replaced: whose mail it is would give the answer away, and is nobody's business.
REPLACED = {
    r"(?is)<(script|style).*?</\1>|<!--.*?-->|<[^<>]*>": " ",
    r"(?i)\b(?:https?:|www\.)\S+": " link ",
    r"\S+@\S+": " address ",
    r"\+?\(?\d[\d\s().-]{6,}\d": " number ",
    r"\s+": " ",
}


def readable(mail: email.message.Message) -> str:
    """Subject and text of a mail, without headers, markup and addresses, cut to 300 characters."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    text = str(mail.get("Subject", ""))
    for part in [part for part in parts if part.get_content_subtype() == "plain"] or parts:
        content = part.get_payload(decode=True) or b""
        # Every byte is a character there; what few mails of other encodings are hurt stay usable.
        text += "\n" + html.unescape(content.decode("latin-1"))
    for pattern, replacement in REPLACED.items():
        text = re.sub(pattern, replacement, text)
    return text.strip()[:CHARACTERS]


def read_mails(data: Path) -> dict[str, list[dict[str, str]]]:
    """{"train", "validation"}: mails with their labels, in a fixed random order, each text once.

    Args:
        data: the npm package's `data/`.

    Raises:
        InputError: it is not that folder.
    """
    seen: set[str] = set()
    rows: dict[str, list[dict[str, str]]] = {"train": [], "validation": []}
    for group, (part, label) in GROUPS.items():
        files = sorted((data / group).glob("*.txt"))
        if not files:
            raise InputError(f"{data / group} holds no mails; --data is the package's data folder.")
        for text in (readable(email.message_from_bytes(file.read_bytes())) for file in files):
            key = "".join(c for c in text.lower() if c.isalpha())[:300]
            if key and key not in seen:
                seen.add(key)
                rows[part].append({"text": text, "label": label})
    for mails in rows.values():
        random.Random(0).shuffle(mails)
    return rows


def read_sample() -> dict[str, list[dict[str, str]]]:
    """The same of the mails that are here."""
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {part: [row for row in rows if row["part"] == part] for part in ("train", "validation")}
