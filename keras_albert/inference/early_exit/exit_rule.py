"""When a row's answer is sure enough to leave before the last layer."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keras_albert.errors import InputError, suggest
from keras_albert.files import read_json, write_json
from keras_albert.inference.results import Problem, class_probabilities

EXIT_FILE = "exit.json"
CRITERIA = ("confidence", "entropy", "patience")


@dataclass(frozen=True)
class ExitRule:
    """After which layer a row leaves.

    Attributes:
        criterion: "confidence", the probability of the answer is at least the threshold; "entropy",
            the entropy of the answer is at most this share of the largest possible one (Xin et al.
            2020, "DeeBERT", section 3.3); "patience", the answer is the one before for so many
            layers in a row (Zhou et al. 2020, "BERT Loses Patience", section 3.2). Of several
            labels, the least sure one decides.
        threshold: what the criterion compares with.
        min_depth: no row leaves before it.
        margin: how far two numbers may be apart to count as one answer, for a regression.

    Raises:
        InputError: an unknown criterion, or a number out of its range.
    """

    criterion: str = "confidence"
    threshold: float = 0.99
    min_depth: int = 1
    margin: float = 0.1

    def __post_init__(self) -> None:
        if self.criterion not in CRITERIA:
            raise InputError(
                f"Unknown criterion {self.criterion!r}; expected one of {', '.join(CRITERIA)}."
                + suggest(self.criterion, CRITERIA)
            )
        if self.criterion == "patience":
            if not (1 <= self.threshold < math.inf) or self.threshold != int(self.threshold):
                raise InputError(
                    f"A patience of {self.threshold} is not a number of layers: 1 or more."
                )
        elif not 0 <= self.threshold <= 1:
            raise InputError(f"threshold={self.threshold} is not between 0 and 1.")
        if self.min_depth < 1 or not self.margin > 0:
            raise InputError(
                f"min_depth={self.min_depth} and margin={self.margin}: expected at least one layer "
                "and a margin above 0."
            )

    def leaving(
        self,
        problem: Problem,
        scores: np.ndarray,
        memory: dict[str, np.ndarray] | None,
        depth: Any,
        *,
        are_probabilities: bool = False,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Which rows leave now.

        Args:
            problem: what the scores are.
            scores: (B, C), logits or, for a regression, numbers.
            memory: what this gave after the layer before; None after the first.
            depth: layers so far, an int or (B,).
            are_probabilities: whether the scores are probabilities already.

        Returns:
            bool (B,), and what to hand in after the next layer: arrays whose first axis is B.

        Raises:
            InputError: a regression has no probabilities, so only patience can decide.
        """
        depth = np.broadcast_to(depth, len(scores))
        if self.criterion == "patience":
            leaves, memory = self._patient(problem, scores, memory, are_probabilities)
        else:
            leaves = self._sure(problem, scores, are_probabilities)
            memory = {}
        return leaves & (depth >= self.min_depth), memory

    def _sure(self, problem: Problem, scores: np.ndarray, ready: bool) -> np.ndarray:
        value = sureness(self.criterion, problem, scores, ready)
        if self.criterion == "confidence":
            return np.asarray(value >= self.threshold)
        return np.asarray(value <= self.threshold)

    def _patient(
        self,
        problem: Problem,
        scores: np.ndarray,
        memory: dict[str, np.ndarray] | None,
        ready: bool,
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        answers = _answers(problem, scores, ready)
        if memory is None:
            streak = np.zeros(len(scores), np.int64)
        else:
            before = memory["answers"]
            if problem == "regression":
                same = (np.abs(answers - before) < self.margin).all(axis=1)
            else:
                same = (answers == before).all(axis=1)
            # A row that has only just begun has a streak of -1, and nothing before it to equal.
            streak = np.where(same & (memory["streak"] >= 0), memory["streak"] + 1, 0)
        return streak >= self.threshold, {"answers": answers, "streak": streak}

    def save(self, folder: Path, tuned: dict[str, Any] | None = None) -> None:
        """Writes `exit.json` beside a model.

        Args:
            folder: the model's.
            tuned: how the threshold was found.
        """
        write_json(folder / EXIT_FILE, {**asdict(self), **({"tuned": tuned} if tuned else {})})

    @classmethod
    def load(cls, folder: Path) -> "ExitRule":
        """Reads `exit.json` beside a model.

        Raises:
            InputError: there is none, or it is not what `save` writes.
        """
        path = folder / EXIT_FILE
        if not path.is_file():
            raise InputError(
                f"{folder} has no {EXIT_FILE}: `keras-albert tune-exit` finds a threshold for it. "
                "Or name one, such as --exit 0.99."
            )
        content = read_json(path)
        try:
            return cls(
                str(content["criterion"]),
                float(content["threshold"]),
                int(content["min_depth"]),
                float(content["margin"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is not complete: {error!r}. Tune the exit again.") from error


def sureness(
    criterion: str, problem: Problem, scores: np.ndarray, are_probabilities: bool = False
) -> np.ndarray:
    """(B,), the probability of the answer, or its entropy as a share of the largest one.

    Raises:
        InputError: a regression has neither.

    >>> sureness("confidence", "single_label", np.zeros((1, 4))).tolist()
    [0.25]
    >>> sureness("entropy", "single_label", np.zeros((1, 4))).round(6).tolist()
    [1.0]
    """
    if problem == "regression":
        raise InputError(
            f"A regression gives numbers without probabilities, so there is no {criterion}. Use "
            "the criterion patience."
        )
    given = class_probabilities(problem, scores.astype(np.float64), are_probabilities)
    if problem == "multi_label":
        given = np.stack([given, 1 - given], axis=-1)
    if criterion == "confidence":
        value = given.max(axis=-1)
        return value.min(axis=1) if problem == "multi_label" else value
    kept = np.clip(given, 1e-30, None)
    value = -(kept * np.log(kept)).sum(axis=-1) / np.log(max(2, given.shape[-1]))
    return value.max(axis=1) if problem == "multi_label" else value


def _answers(problem: Problem, scores: np.ndarray, are_probabilities: bool) -> np.ndarray:
    """(B, 1) classes, (B, C) labels or (B, C) numbers."""
    if problem == "single_label":
        return scores.argmax(axis=1)[:, np.newaxis]
    if problem == "multi_label":
        return np.asarray(scores > (0.5 if are_probabilities else 0.0))
    return scores.astype(np.float64)
