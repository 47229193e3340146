"""The PostgreSQL manual, split by whole pages into what is trained on and what is held out."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

MANUAL = Path(__file__).parent.parent / "data" / "postgresql-manual.jsonl.gz"
# Paragraphs shorter than this say too little of where they stand.
MIN_CHARACTERS = 80


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

    `train.jsonl` and `held_out.jsonl` hold pages, for pretraining and its evaluation;
    `parts_train.jsonl` and `parts_validation.jsonl` hold paragraphs with the part of the manual
    they stand in, for classification, from the same pages.

    Returns:
        How many rows each file has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, parts_name, held_out in (
        ("train", "parts_train", False),
        ("held_out", "parts_validation", True),
    ):
        pages = [page for page in read_pages() if is_held_out(page["id"]) == held_out]
        paragraphs = [
            {"text": text, "label": page["part"]}
            for page in pages
            if page["part"]
            for text in page["paragraphs"]
            if len(text) >= MIN_CHARACTERS
        ]
        for file, rows in ((name, pages), (parts_name, paragraphs)):
            _write(folder / f"{file}.jsonl", rows)
            counts[file] = len(rows)
    return counts
