"""Squad1: SQuAD 1.1."""

from collections.abc import Sequence

from keras_albert.benchmarks.questions.passage_task import PassageTask
from keras_albert.benchmarks.questions.squad_metrics import best_f1, exact_match


class Squad1(PassageTask):
    """SQuAD 1.1 (Rajpurkar et al. 2016): every question has its answer in the passage."""

    name = "squad1"
    recipe = "squad1"
    main_metric = "f1"
    hub_name = ("rajpurkar/squad", "")

    def exact(self, prediction: str, answers: Sequence[str]) -> float:
        """See `squad_metrics.exact_match`."""
        return exact_match(prediction, answers)

    def f1(self, prediction: str, answers: Sequence[str]) -> float:
        """See `squad_metrics.best_f1`; texts without words do not agree."""
        return best_f1(prediction, answers, empty_agrees=False)
