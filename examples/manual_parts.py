"""Two questions on the PostgreSQL manual: one of words, one of their order.

    python -m examples.manual_parts [--model albert_micro] [--output parts-output] [--small]

"parts": which of the manual's parts is a paragraph from? "order": do two sentences that stand side
by side come in this order or in the other one? The model is `albert_micro` as it ships, pretrained
on the manual without the pages that are held out, in the demo and here.

Parts, 2,000 labelled paragraphs, last epoch of two seeds, JAX: pretrained 0.220, the same network
from random weights 0.154 (the most frequent part, to which it collapses), TF-IDF with logistic
regression 0.404: the words of a part give it away. Order, 2,000 labelled pairs, two seeds:
pretrained 0.672, from random weights 0.504, TF-IDF with logistic regression 0.611, chance 0.497:
here what pretraining learned of order counts.
"""

import random
from collections.abc import Iterable, Iterator
from typing import Any

from examples.comparison import Row, compare, option_parser, sentences_of
from examples.demo.corpus import MIN_CHARACTERS, is_held_out, read_pages
from keras_albert.training.recipe import FinetuneSettings

SETTINGS = FinetuneSettings(
    learning_rate=1e-3, epochs=20, steps=300, sequence_length=64, seeds=(0, 1)
)
# At 1e-3 it unlearns what pretraining taught it of order, and answers the same to everything.
ORDER_SETTINGS = SETTINGS.model_copy(update={"learning_rate": 1e-4})
COUNTS = (2000,)


def part_rows(pages: list[dict[str, Any]]) -> list[Row]:
    """Paragraphs with the part they stand in, short ones left out."""
    return [
        {"text": text, "label": page["part"]}
        for page in pages
        if page["part"]
        for text in page["paragraphs"]
        if len(text) >= MIN_CHARACTERS
    ]


def order_rows(documents: Iterable[list[str]]) -> Iterator[Row]:
    """Pairs of sentences, half of them swapped; no sentence is in two pairs."""
    draw = random.Random(0)
    for sentences in documents:
        for first, second in zip(sentences[::2], sentences[1::2], strict=False):
            if min(len(first), len(second)) >= 30:
                swapped = draw.random() < 0.5
                pair = (second, first) if swapped else (first, second)
                label = "swapped" if swapped else "as written"
                yield {"text": pair[0], "text_pair": pair[1], "label": label}


def main() -> None:
    """Reads the options and runs."""
    parser = option_parser(__doc__, "parts-output")
    parser.add_argument("--model", default="albert_micro", help="a preset or a run's folder")
    options = parser.parse_args()
    pages = read_pages()[:100] if options.small else read_pages()
    tasks: dict[str, dict[str, list[Row]]] = {"parts": {}, "order": {}}
    for name in ("train", "validation"):
        part = [page for page in pages if is_held_out(page["id"]) == (name == "validation")]
        texts = [text for page in part for text in page["paragraphs"] if text.strip()]
        tasks["parts"][name] = part_rows(part)
        documents = sentences_of(texts, options.output / f"{name}.jsonl")
        tasks["order"][name] = list(order_rows(documents))
    known = {row["label"] for row in tasks["parts"]["train"]}
    tasks["parts"]["validation"] = [
        row for row in tasks["parts"]["validation"] if row["label"] in known
    ]
    for task, rows in tasks.items():
        print(f"{task}: measured on {len(rows['validation'])}")
        compare(
            options.model,
            **rows,
            folder=options.output / task,
            counts=COUNTS,
            settings=SETTINGS if task == "parts" else ORDER_SETTINGS,
            small=options.small,
        )


if __name__ == "__main__":
    main()
