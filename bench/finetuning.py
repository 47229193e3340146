"""Fine-tuning on texts as they come, beside KerasHub's `fit` and transformers' `Trainer`.

    KERAS_BACKEND=jax python -m bench.finetuning [--examples 256] [--layers 3] [--rounds 3]

Each contestant gets the same texts, labels, weights and batch size, runs one epoch that is not
counted (it compiles) and then an epoch a round, in turn. KerasHub's preprocessor pads every text
to 128 tokens; `Trainer` pads a batch to its longest text; ours puts texts of near lengths in a
batch. Three of ALBERT-base's twelve layers by default: they all cost the same. Prints JSON;
examples a second are medians. `Trainer` runs on PyTorch and needs accelerate: `[bench]`.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_hub
import numpy as np
import torch
import transformers

from bench import contestants
from keras_albert import (
    AlbertTextClassifier,
    AlbertTextClassifierPreprocessor,
    AlbertTokenizer,
)
from keras_albert.text import train_vocabulary

MANUAL = Path(__file__).parent.parent / "examples" / "data" / "postgresql-manual.jsonl.gz"
SEQUENCE_LENGTH = 128
BATCH_SIZE = 16
LEARNING_RATE = 2e-5


def labelled_paragraphs() -> list[tuple[str, int]]:
    """Paragraphs of the manual, and which of its parts they are from."""
    with gzip.open(MANUAL, "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    parts = sorted({page["part"] for page in pages if page["part"]})
    return [
        (paragraph, parts.index(page["part"]))
        for page in pages
        if page["part"]
        for paragraph in page["paragraphs"]
    ]


def main(examples: int, layers: int, rounds: int) -> dict[str, Any]:
    """All contestants of this process's backend."""
    keras.utils.set_random_seed(0)
    contestants.BASE["num_layers"] = layers
    rows = labelled_paragraphs()
    classes = max(label for _, label in rows) + 1
    chosen = random.Random(0).sample(rows, examples)
    texts, labels = [text for text, _ in chosen], np.array([label for _, label in chosen], "int32")
    with tempfile.TemporaryDirectory() as folder:
        train_vocabulary([text for text, _ in rows], folder, size=8000)
        tokenizer = AlbertTokenizer.load(folder)
        hub_tokenizer = keras_hub.models.AlbertTokenizer(str(next(Path(folder).glob("*.model"))))
    hub_backbone = contestants.keras_hub_model().backbone
    ours_backbone = contestants.our_backbone(hub_backbone)
    peer_backbone = contestants.transformers_model(ours_backbone).albert

    ours = AlbertTextClassifier(
        ours_backbone, classes, AlbertTextClassifierPreprocessor(tokenizer, SEQUENCE_LENGTH)
    )
    hub = keras_hub.models.AlbertTextClassifier(
        hub_backbone,
        classes,
        preprocessor=keras_hub.models.AlbertTextClassifierPreprocessor(
            hub_tokenizer, sequence_length=SEQUENCE_LENGTH
        ),
    )
    for model in (ours, hub):
        model.compile(
            optimizer=keras.optimizers.AdamW(LEARNING_RATE),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=[],
        )
    runs: dict[str, Callable[[], Any]] = {
        "keras_albert": lambda: ours.fit(texts, labels, batch_size=BATCH_SIZE, verbose=0),
        "keras_albert, not grouped": lambda: ours.fit(
            texts, labels, batch_size=BATCH_SIZE, group_by_length=False, verbose=0
        ),
        "keras_hub": lambda: hub.fit(texts, labels, batch_size=BATCH_SIZE, verbose=0),
    }
    if keras.config.backend() == "torch":
        runs["transformers Trainer"] = trainer_epoch(
            peer_backbone, tokenizer, texts, labels, classes
        )
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        "backend": keras.config.backend(),
        "examples": examples,
        "layers": layers,
        "mean_tokens": float(np.mean([len(ids) + 2 for ids in tokenizer.encode(texts)])),
        "examples_a_second": {name: examples / median for name, median in medians.items()},
        "speed_against_keras_hub": {
            name: medians["keras_hub"] / median for name, median in medians.items()
        },
        "seconds": seconds,
    }


def trainer_epoch(
    backbone: Any, tokenizer: AlbertTokenizer, texts: list[str], labels: np.ndarray, classes: int
) -> Callable[[], Any]:
    """One epoch of `Trainer` on ids made beforehand."""
    config = backbone.config
    config.num_labels = classes
    model = transformers.AlbertForSequenceClassification(config)
    # All but the pooler, which the other has no use for.
    model.albert.load_state_dict(backbone.state_dict(), strict=False)
    limit = SEQUENCE_LENGTH - 2
    rows = [
        [tokenizer.cls_token_id, *ids[:limit], tokenizer.sep_token_id]
        for ids in tokenizer.encode(texts)
    ]
    data = [
        {"input_ids": row, "labels": int(label)} for row, label in zip(rows, labels, strict=True)
    ]

    def collate(batch: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        width = max(len(row["input_ids"]) for row in batch)
        ids = np.zeros((len(batch), width), np.int64)
        for place, row in enumerate(batch):
            ids[place, : len(row["input_ids"])] = row["input_ids"]
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy((ids != 0).astype(np.int64)),
            "labels": torch.tensor([row["labels"] for row in batch]),
        }

    trainer = transformers.Trainer(
        model=model,
        args=transformers.TrainingArguments(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=BATCH_SIZE,
            num_train_epochs=1,
            learning_rate=LEARNING_RATE,
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=data,
        data_collator=collate,
    )
    return trainer.train


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.finetuning")
    parser.add_argument("--examples", type=int, default=256)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(json.dumps(main(arguments.examples, arguments.layers, arguments.rounds), indent=2))
