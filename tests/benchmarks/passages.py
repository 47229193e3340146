"""A file of questions, a small model and outputs that show the right answers."""

import json
from pathlib import Path

import numpy as np

from keras_albert import AlbertBackbone

PASSAGE = "A table has rows and columns. " * 3


def question(number, answer, **more):
    answers = [] if answer is None else [{"text": answer, "answer_start": PASSAGE.find(answer)}]
    return {"id": f"q{number}", "question": "What?", "answers": answers, **more}


def squad_file(tmp_path: Path, *questions) -> Path:
    path = tmp_path / "dev.json"
    paragraphs = [{"context": PASSAGE, "qas": list(questions)}]
    path.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    return path


def backbone() -> AlbertBackbone:
    return AlbertBackbone(500, 1, 1, 8, 8, 16, max_sequence_length=32, pooler=False)


def gold_logits(encoded) -> dict[str, np.ndarray]:
    """Outputs that show the labels, and nothing else."""
    rows, shape = np.arange(len(encoded)), encoded.x["token_ids"].shape
    outputs = {name: np.zeros(shape, np.float32) for name in ("start", "end")}
    for name, values in outputs.items():
        values[rows, encoded.y[name]] = 9.0
    return outputs
