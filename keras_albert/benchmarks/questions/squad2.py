"""Squad2: SQuAD 2.0."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_albert.benchmarks.examples import Examples
from keras_albert.benchmarks.questions.passage_task import PassageTask
from keras_albert.benchmarks.questions.squad_metrics import (
    best_f1,
    best_threshold,
    exact_match,
    reached_threshold,
    usable_answers,
)
from keras_albert.errors import InputError, suggest
from keras_albert.files import write_json
from keras_albert.models.questions.answer_decoding import MAX_ANSWER_TOKENS, N_BEST
from keras_albert.models.questions.joint_question_answerer import AlbertJointQuestionAnswerer

HEADS = ("joint", "independent")


class Squad2(PassageTask):
    """SQuAD 2.0 (Rajpurkar et al. 2018): a question's passage may not hold its answer.

    `threshold` is tuned for the best F1 on the validation examples: a question whose
    "no_answer_score" is above it has no answer.

    Args:
        n_best: answers named for each question.
        max_answer_tokens: tokens an answer, at most.
        stride: see `PassageTask`.
        head: "joint", ALBERT's (`AlbertJointQuestionAnswerer`), or "independent", BERT's
            (`AlbertQuestionAnswerer`, where [CLS] stands for no answer).

    Raises:
        InputError: an unknown head, or a setting below 1.
    """

    name = "squad2"
    recipe = "squad2"
    main_metric = "best_f1"
    sequence_length = 512
    unanswerable = True
    hub_name = ("rajpurkar/squad_v2", "")

    def __init__(
        self,
        n_best: int = N_BEST,
        max_answer_tokens: int = MAX_ANSWER_TOKENS,
        stride: int | None = None,
        head: str = "joint",
    ) -> None:
        super().__init__(n_best, max_answer_tokens, stride)
        if head not in HEADS:
            raise InputError(
                f"Unknown head={head!r}; expected one of {', '.join(HEADS)}.{suggest(head, HEADS)}"
            )
        self.head = head

    def build(self, backbone: Any, tokenizer: Any, *, sequence_length: int, dropout: float) -> Any:
        """The question answerer of `head`."""
        if self.head == "independent":
            return super().build(
                backbone, tokenizer, sequence_length=sequence_length, dropout=dropout
            )
        return AlbertJointQuestionAnswerer(
            backbone,
            preprocessor=self.preprocessor(tokenizer, sequence_length),
            dropout=dropout,
        )

    def exact(self, prediction: str, answers: Sequence[str]) -> float:
        """See `squad_metrics.exact_match`."""
        return exact_match(prediction, usable_answers(answers))

    def f1(self, prediction: str, answers: Sequence[str]) -> float:
        """See `squad_metrics.best_f1`."""
        return best_f1(prediction, usable_answers(answers))

    def metrics(
        self, examples: Examples, predictions: Sequence[dict[str, Any]]
    ) -> dict[str, float]:
        """The official script's: "exact" and "f1" of the predictions as they stand.

        The same of the questions with an answer ("HasAns_exact", "HasAns_f1") and of those without
        ("NoAns_..."); and what the best thresholds would give, "best_exact" and "best_f1", with
        "best_exact_thresh" and "best_f1_thresh", which are no fractions but scores.
        """
        found = super().metrics(examples, predictions)
        for prefix, has_answer in (("HasAns", True), ("NoAns", False)):
            part = [one for one in predictions if bool(one["gold"]) is has_answer]
            if part:
                of_part = super().metrics(examples, part)
                found |= {f"{prefix}_{name}": value for name, value in of_part.items()}
        for name in ("exact", "f1"):
            found[f"best_{name}"], found[f"best_{name}_thresh"] = self._best(predictions, name)
        return found

    def tune(self, examples: Examples, predictions: Sequence[dict[str, Any]]) -> None:
        """Sets `threshold` to what is best for F1, and decides the predictions anew by it.

        See `squad_metrics.reached_threshold`.
        """
        texts = [_text(one) for one in predictions]
        golds = [one["gold"] for one in predictions]
        self.threshold = reached_threshold(
            [self.f1(text, gold) for text, gold in zip(texts, golds, strict=True)],
            [self.f1("", gold) for gold in golds],
            [_null(one) for one in predictions],
        )[1]
        for one in predictions:
            no_answer = not one["n_best"] or _null(one) > self.threshold
            found = {"text": "", "start": None, "end": None} if no_answer else one["n_best"][0]
            one["prediction"] = found["text"]
            one["start"], one["end"] = found["start"], found["end"]
            one |= self._scores(one)

    def _best(self, predictions: Sequence[dict[str, Any]], name: str) -> tuple[float, float]:
        texts = [_text(one) for one in predictions]
        score = self.exact if name == "exact" else self.f1
        return best_threshold(
            [score(text, one["gold"]) for text, one in zip(texts, predictions, strict=True)],
            [_null(one) for one in predictions],
            [bool(one["gold"]) for one in predictions],
            [bool(text) for text in texts],
        )

    def write_submission(self, predictions: Sequence[dict[str, Any]], path: Path) -> None:
        """Writes `{id: answer}` and, beside it, `NAME.null_odds.json`, `{id: no-answer score}`."""
        path = self.submission_file(path)
        super().write_submission(predictions, path)
        odds = {one["id"]: one["no_answer_score"] for one in predictions}
        write_json(path.with_name(f"{path.stem}.null_odds.json"), odds)

    def settings(self) -> dict[str, Any]:
        """What makes the task again."""
        return {**super().settings(), "head": self.head}


def _text(prediction: dict[str, Any]) -> str:
    """The best answer that is one."""
    return prediction["n_best"][0]["text"] if prediction["n_best"] else ""


def _null(prediction: dict[str, Any]) -> float:
    score = prediction["no_answer_score"]
    return float("inf") if score is None else float(score)
