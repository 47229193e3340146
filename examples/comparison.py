"""One comparison for every classification example: what is pretraining worth here?

Three answers to the same question, each from the same labelled texts: a small ALBERT pretrained on
unlabelled texts, its twin with random weights (same network, vocabulary, settings and seeds), and
logistic regression on TF-IDF, which needs a second. Nothing is chosen by the validation texts: a
network counts as its last epoch is, over all seeds, and C of the regression is chosen by
cross-validation on the training texts.
"""

import argparse
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from examples.small_model import small_model
from keras_albert.files import read_json, write_json
from keras_albert.text import read_documents
from keras_albert.training.finetuning.finetune import finetune
from keras_albert.training.recipe import FinetuneSettings

Row = Mapping[str, str]
NAMES = ("pretrained", "from scratch", "TF-IDF + logistic regression")


def option_parser(description: str, output: str) -> argparse.ArgumentParser:
    """The options every example has.

    Args:
        description: its docstring, of which the first line is shown.
        output: the default folder.
    """
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(output), help="the folder to work in")
    parser.add_argument("--small", action="store_true", help="seconds, for tests; learns nothing")
    return parser


def pretrained_on(
    texts: Iterable[str], folder: Path, *, language: str = "en", small: bool = False, **model: Any
) -> Path:
    """A small model pretrained on texts without labels; each is a document.

    Args:
        texts: none of them among those the comparison is measured on.
        folder: where texts and model are kept.
        language: "en", "zh", ...
        small: a model of seconds, for tests.
        **model: further arguments of `small_model`.
    """
    write_rows(folder / "texts.jsonl", ({"text": text} for text in texts))
    # Read as they are needed: not at all where the model has been made before.
    documents = read_documents([str(folder / "texts.jsonl")], language=language)
    sentences = (document.sentences for document in documents)
    return small_model(sentences, folder, language=language, small=small, **model)


def sentences_of(texts: Iterable[str], file: Path, language: str = "en") -> list[list[str]]:
    """The sentences of each text, as the library reads them from `file`, which is written."""
    write_rows(file, ({"text": text} for text in texts))
    return [document.sentences for document in read_documents([str(file)], language=language)]


def compare(
    model: str | Path,
    train: Sequence[Row],
    validation: Sequence[Row],
    folder: Path,
    *,
    counts: Sequence[int],
    settings: FinetuneSettings,
    language: str = "en",
    small: bool = False,
) -> list[dict[str, Any]]:
    """Accuracies on the validation texts, for each number of labelled texts; printed, too.

    Args:
        model: what `pretrained_on` made, or a preset.
        train: {"text", "label"} and, for pairs, "text_pair".
        validation: the same.
        folder: where everything is kept; what is there is not made again.
        counts: how many rows of `train` are learned from, drawn at random.
        settings: of fine-tuning, for both networks.
        language: "zh" counts characters, everything else words.
        small: few texts, one seed and one epoch, for tests.

    Returns:
        {"labelled", "validation", "chance"} and accuracies by name, a row for each count;
        `comparison.json` in the folder has the same.
    """
    if small:
        counts, validation = (64,), validation[:64]
        settings = settings.model_copy(update={"seeds": (0,), "epochs": 1})
    write_rows(folder / "validation.jsonl", validation)
    table = []
    for count in (min(count, len(train)) for count in counts):
        drawn = draw(train, count)
        write_rows(folder / f"train_{count}.jsonl", drawn)
        row: dict[str, Any] = {"labelled": count, "validation": len(validation)}
        for name in NAMES[:2]:
            output = folder / f"{name.replace(' ', '_')}_{count}"
            if not (output / "metrics.json").is_file():
                finetune(
                    model,
                    folder / f"train_{count}.jsonl",
                    folder / "validation.jsonl",
                    output,
                    settings=settings,
                    from_scratch=name == "from scratch",
                )
            result = read_json(output / "metrics.json")
            network = {**result["last_epoch"], "collapsed": result["collapsed"]}
            row |= {"chance": result["chance"]["accuracy"], name: network}
        row[NAMES[2]] = {"mean": bag_of_words(drawn, validation, language)}
        table.append(row)
        print_row(row, first=len(table) == 1)
    write_json(folder / "comparison.json", table)
    return table


def draw(rows: Sequence[Row], count: int) -> list[Row]:
    """`count` rows at random, at least one of each label among them."""
    order = random.Random(0).sample(rows, len(rows))
    first: dict[str, Row] = {}
    rest = [row for row in order if first.setdefault(row["label"], row) is not row]
    return [*first.values(), *rest][:count]


def bag_of_words(train: Sequence[Row], validation: Sequence[Row], language: str) -> float:
    """Accuracy of logistic regression on TF-IDF; a pair's two texts are counted apart."""
    import scipy.sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    units = {"analyzer": "char", "ngram_range": (1, 3)} if language == "zh" else {}
    units = units or {"analyzer": "word", "ngram_range": (1, 2)}
    learned, asked = [], []
    for side in ("text", "text_pair") if "text_pair" in train[0] else ("text",):
        counter = TfidfVectorizer(sublinear_tf=True, **units)
        learned.append(counter.fit_transform(row[side] for row in train))
        asked.append(counter.transform(row[side] for row in validation))
    search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": [1, 10, 100]}, cv=3)
    search.fit(scipy.sparse.hstack(learned).tocsr(), [row["label"] for row in train])
    labels = [row["label"] for row in validation]
    return float(search.score(scipy.sparse.hstack(asked).tocsr(), labels))


def print_row(row: Mapping[str, Any], *, first: bool) -> None:
    """A line of the table, under its header."""
    if first:
        print("labelled  most frequent  " + "  ".join(f"{name:>15}" for name in NAMES))
    cells = []
    for name in NAMES:
        deviation = row[name].get("standard_deviation")
        spread = "" if deviation is None else f" ±{deviation:.3f}"
        cells.append(f"{row[name]['mean']:.3f}{spread}".rjust(max(15, len(name))))
    print(f"{row['labelled']:8}  {row['chance']:13.3f}  " + "  ".join(cells), flush=True)
    for name in NAMES[:2]:
        for collapsed in row[name]["collapsed"]:
            print(f"          {name}: {collapsed}", flush=True)


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), "utf-8")
