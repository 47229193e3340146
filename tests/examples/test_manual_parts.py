"""Rows of both questions from the manual itself; the example runs."""

import json
import sys

import pytest

from examples import manual_parts
from examples.demo.corpus import is_held_out, read_pages

pytestmark = pytest.mark.once


def test_a_pair_is_two_neighbours_and_its_label_says_in_which_order() -> None:
    sentence = "Sentence number {} of document {} is long enough."
    documents = [[sentence.format(n, d) for n in range(5)] + ["Short."] for d in range(200)]
    rows = list(manual_parts.order_rows(documents))
    assert len(rows) == 2 * len(documents)  # the fifth stands beside one that is too short
    for row in rows:
        first, second = (int(row[side].split()[2]) for side in ("text", "text_pair"))
        assert second - first == (1 if row["label"] == "as written" else -1)
        assert row["text"].split()[5] == row["text_pair"].split()[5]
    swapped = sum(row["label"] == "swapped" for row in rows)
    assert 150 < swapped < 250
    assert len({row[side] for row in rows for side in ("text", "text_pair")}) == 2 * len(rows)


def test_a_paragraph_has_the_part_of_its_page() -> None:
    pages = read_pages()[:50]
    parts = {text: page["part"] for page in pages for text in page["paragraphs"]}
    rows = manual_parts.part_rows(pages)
    assert rows and all(parts[row["text"]] == row["label"] for row in rows)


def test_as_a_program(tmp_path, monkeypatch, capsys) -> None:
    output = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["program", "--small", "--output", str(output)])
    manual_parts.main()
    for task in ("parts", "order"):
        assert (output / task / "comparison.json").is_file()
    held_out = {t for page in read_pages() if is_held_out(page["id"]) for t in page["paragraphs"]}
    for line in (output / "train.jsonl").read_text("utf-8").splitlines():
        assert json.loads(line)["text"] not in held_out
    assert capsys.readouterr().out.count("TF-IDF") == 2
