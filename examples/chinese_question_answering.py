"""Questions about Chinese passages, answered with a stretch of the passage.

    pip install "keras-albert[jax]"
    export XLA_FLAGS=--xla_force_host_platform_device_count=2
    python -m examples.chinese_question_answering [--output answers-output] [--small]

CMRC 2018's trial set: 780 questions about 200 passages to learn from, 222 about 56 others to be
measured on. That is far too few: naming the sentence with most characters of the question is
better than either network. After two of the four epochs, one seed, JAX, 2026-11-23, exact and F1:
baseline 0.180 0.434; pretrained (800 updates, 430 kB of text) 0.000 0.083; from scratch 0.000
0.101, so pretraining this short shows nothing here.
Four of five windows of 160 tokens hold no answer, and that is what is learned first. In earnest:
`keras-albert finetune --task cmrc2018` on `albert_base_zh`, all of CMRC and 512 tokens.
"""

import gzip
import json
import random
import re
import warnings
from pathlib import Path
from typing import Any

from examples.comparison import option_parser, pretrained_on
from keras_albert.benchmarks import task_named
from keras_albert.files import read_json, write_json
from keras_albert.training.finetuning.finetune import finetune
from keras_albert.training.recipe import FinetuneSettings

DATA = Path(__file__).parent / "data"
HELD_OUT = 56
SETTINGS = FinetuneSettings(learning_rate=1e-3, epochs=4, sequence_length=160, batch_size=32)
Paragraph = dict[str, Any]


def paragraphs() -> list[Paragraph]:
    """CMRC 2018's trial set, a passage with its questions each, in a fixed random order."""
    content = json.loads(gzip.decompress((DATA / "cmrc2018_trial.squad.json.gz").read_bytes()))
    found = [paragraph for article in content["data"] for paragraph in article["paragraphs"]]
    random.Random(0).shuffle(found)
    return found


def nearest_sentence(question: str, passage: str) -> str:
    """The baseline: the sentence that has most of the question's different characters."""
    sentences = re.findall("[^。！？；]+", passage)
    return max(sentences, key=lambda sentence: len(set(sentence) & set(question)))


def unlabelled(train: list[Paragraph]) -> list[str]:
    """What is pretrained on: the passages to learn from, and ten chapters of a novel."""
    with gzip.open(DATA / "sanguo-sample.jsonl.gz", "rt", encoding="utf-8") as file:
        chapters = ["\n".join(json.loads(line)["paragraphs"]) for line in file]
    return [paragraph["context"] for paragraph in train] + chapters


def main() -> None:
    """Reads the options and runs."""
    options = option_parser(__doc__, "answers-output").parse_args()
    folder, settings = options.output, SETTINGS
    found = paragraphs()
    parts = {"train": found[HELD_OUT:], "validation": found[:HELD_OUT]}
    if options.small:
        parts = {name: part[:4] for name, part in parts.items()}
        settings = settings.model_copy(update={"seeds": (0,), "epochs": 1})
    for name, part in parts.items():
        write_json(folder / f"{name}.json", {"data": [{"paragraphs": part}]})
    settings_of_model = {"language": "zh", "sequence_length": 160, "steps": 800}
    texts = unlabelled(parts["train"])
    model = pretrained_on(texts, folder, small=options.small, **settings_of_model)
    warnings.filterwarnings("ignore", ".*do not stand at their answer_start")
    task = task_named("cmrc2018")
    asked = task.read(folder / "validation.json")
    guesses = [nearest_sentence(item.question, item.passage) for item in asked.items]
    pairs = list(zip(guesses, [item.answers for item in asked.items], strict=True))
    baseline = {
        "exact": sum(task.exact(*pair) for pair in pairs) / len(pairs),
        "f1": sum(task.f1(*pair) for pair in pairs) / len(pairs),
    }
    table = {"the sentence with most shared characters": baseline}
    for name in ("pretrained", "from scratch"):
        output = folder / name.replace(" ", "_")
        if not (output / "metrics.json").is_file():
            finetune(
                model,
                folder / "train.json",
                folder / "validation.json",
                output,
                task="cmrc2018",
                settings=settings,
                from_scratch=name == "from scratch",
            )
        last = [seed["epochs"][-1] for seed in read_json(output / "metrics.json")["seeds"]]
        table[name] = {k: sum(one[k] for one in last) / len(last) for k in ("exact", "f1")}
    write_json(folder / "comparison.json", table)
    for name, values in table.items():
        print(f"{name:42}exact {values['exact']:.3f}  F1 {values['f1']:.3f}")


if __name__ == "__main__":
    main()
