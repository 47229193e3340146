"""The PostgreSQL manual, split by whole pages into what is trained on and what is held out.

A document is a paragraph here, so that the two segments of a pair stand in one paragraph: what
follows what across paragraphs of a reference manual is often arbitrary. A logistic regression on
bags of pieces tells swapped from unswapped pairs in 0.67 of the cases within paragraphs and in 0.54
across them.
"""

import gzip
import hashlib
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

MANUAL = Path(__file__).parent.parent / "data" / "postgresql-manual.jsonl.gz"
# Paragraphs shorter than this say too little of where they stand.
MIN_CHARACTERS = 80
# Parts with fewer paragraphs to learn from are left out of the classification.
MIN_PARAGRAPHS = 50
# How many paragraphs are learned from: few, as where pretraining is worth having.
MAX_LABELLED = 2000


def is_held_out(page_id: str) -> bool:
    """One page in ten, by a digest of its name: the same pages on every machine and every run."""
    return hashlib.sha256(page_id.encode()).digest()[0] % 10 == 0


def read_pages() -> list[dict[str, Any]]:
    """Every page: id, part, chapter, title, paragraphs."""
    with gzip.open(MANUAL, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def write_split(folder: Path) -> dict[str, int]:
    """Writes the four files of the demo into `folder`.

    `train.jsonl` and `held_out.jsonl` hold a paragraph a line, for pretraining and its evaluation;
    `parts_train.jsonl` and `parts_validation.jsonl` hold paragraphs with the part of the manual
    they stand in, for classification, from the same pages.

    Returns:
        How many rows each file has, and of how many pages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    parts: dict[str, list[dict[str, str]]] = {}
    for name, held_out in (("train", False), ("held_out", True)):
        pages = [page for page in read_pages() if is_held_out(page["id"]) == held_out]
        paragraphs = [
            {"id": f"{page['id']}#{number}", "text": text}
            for page in pages
            for number, text in enumerate(page["paragraphs"])
            if text.strip()
        ]
        _write(folder / f"{name}.jsonl", paragraphs)
        counts |= {f"{name}_pages": len(pages), name: len(paragraphs)}
        parts[name] = [
            {"text": text, "label": page["part"]}
            for page in pages
            if page["part"]
            for text in page["paragraphs"]
            if len(text) >= MIN_CHARACTERS
        ]
    frequent = Counter(row["label"] for row in parts["train"])
    for name, rows in parts.items():
        kept = [row for row in rows if frequent[row["label"]] >= MIN_PARAGRAPHS]
        if name == "train":
            kept = random.Random(0).sample(kept, MAX_LABELLED)
        file = "parts_train" if name == "train" else "parts_validation"
        _write(folder / f"{file}.jsonl", kept)
        counts[file] = len(kept)
    return counts
