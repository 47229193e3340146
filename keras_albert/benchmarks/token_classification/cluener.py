"""CLUENER: named entities of ten kinds in Chinese news."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.row_files import checked_text
from keras_albert.benchmarks.tables import collect, json_rows
from keras_albert.benchmarks.token_classification.tagged_files import TaggedWords
from keras_albert.benchmarks.token_classification.token_classification import TokenClassification
from keras_albert.errors import InputError
from keras_albert.files import write_aside
from keras_albert.models.token_classification.entities import OUTSIDE, entities

KINDS = (
    *("address", "book", "company", "game", "government"),
    *("movie", "name", "organization", "position", "scene"),
)


class Cluener(TokenClassification):
    """CLUENER 2020 (Xu et al. 2020, arXiv 2001.04351): every character is a word.

    Files are those of CLUE's download: an object a line with "text" and "label", `{kind: {entity:
    [[first, last]]}}`, places of characters of which the last is the entity's; test lines have an
    "id". "macro_f1" is what the benchmark's `score.py` counts: the mean over the ten kinds of the
    F1 of different entities' texts a line.

    Args:
        dataset: "cluener".
        options: see `TokenClassification`.
    """

    name = "clue/cluener"
    submission = "cluener_predict.json"
    entity_metric = "macro_f1"

    def __init__(self, dataset: str = "cluener", **options: Any) -> None:
        super().__init__(**options)

    def read(self, path: str | Path, *, labelled: bool = True, skip_bad: bool = False) -> Examples:
        return collect(
            path,
            json_rows(path),
            lambda row, where: _tagged(row, where, labelled),
            skip_bad=skip_bad,
        )

    def learn(self, train: Examples) -> None:
        """The ten kinds, whatever training has."""
        super().learn(train)
        self.labels = [OUTSIDE, *(f"{letter}-{kind}" for letter in "BI" for kind in KINDS)]

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """Those of `TokenClassification`, and "macro_f1"."""
        found = super().metrics(examples, predictions)
        values = []
        for kind in KINDS:
            right = gold = given = 0
            for row in predictions:
                texts = [
                    set(_spans(row["words"], row[key]).get(kind, {}))
                    for key in ("gold", "prediction")
                ]
                gold, given = gold + len(texts[0]), given + len(texts[1])
                right += len(texts[0] & texts[1])
            values.append(2 * right / (gold + given) if gold + given else 0.0)
        return {**found, "macro_f1": sum(values) / len(values)}

    def write_submission(self, predictions: Sequence[dict[str, Any]], path: Path) -> None:
        """Writes an object a line with "id", "text" and "label", as training files have it."""
        with (
            write_aside(self.submission_file(path)) as aside,
            aside.open("w", encoding="utf-8") as file,
        ):
            for number, row in enumerate(predictions):
                answer = {
                    "id": row.get("id", number),
                    "text": "".join(row["words"]),
                    "label": _spans(row["words"], row["prediction"]),
                }
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")


def _spans(words: Sequence[str], tags: Sequence[str]) -> dict[str, dict[str, list[list[int]]]]:
    """Tags of characters as the files have entities."""
    found: dict[str, dict[str, list[list[int]]]] = {}
    for entity in entities(tags):
        text = "".join(words[entity.start : entity.end])
        places = found.setdefault(entity.label, {}).setdefault(text, [])
        places.append([entity.start, entity.end - 1])
    return found


def _tagged(row: dict[str, Any], where: str, labelled: bool) -> TaggedWords:
    text = row.get("text")
    if not isinstance(text, str) or not text:
        raise InputError(f'{where}: "text" is missing or is not text: {text!r}.')
    characters = list(checked_text(text, where))
    if not labelled:
        return TaggedWords(characters, None, where, row.get("id"))
    label = row.get("label")
    if not isinstance(label, dict):
        raise InputError(f'{where}: "label" is missing or is not an object: {label!r}.')
    tags = [OUTSIDE] * len(text)
    for kind, named in label.items():
        if kind not in KINDS or not isinstance(named, dict):
            raise InputError(f"{where}: {kind!r} is not one of {', '.join(KINDS)}.")
        for entity, places in named.items():
            for place in places:
                first, last = place if isinstance(place, list) and len(place) == 2 else (-1, -1)
                if not isinstance(first, int) or text[first : last + 1] != entity or first < 0:
                    raise InputError(f"{where}: {entity!r} does not stand at {place!r}.")
                tags[first : last + 1] = [f"B-{kind}"] + [f"I-{kind}"] * (last - first)
    return TaggedWords(characters, tags, where, row.get("id"))
