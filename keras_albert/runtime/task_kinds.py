"""What there is to know of every kind of task, once: a record a kind, and the registry of them.

Whoever asks something of a kind (which outputs, which inputs, which class, which function answers)
asks its record; a kind's name stands nowhere else as a string. Plain Python: classes and functions
of the rooms above are named as "module:name" and imported when they are wanted, so that an
artifact's process has the records without Keras, and no room imports all tasks to know one.

The pattern is fairseq2's, which registers a model family once with all that it can do.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# What a request is: texts or pairs of texts; two texts; a sentence's words, or a text; a question
# and the passage that answers it; a question and the options to choose from.
Reads = Literal["texts", "pairs", "words", "passages", "choices"]

_MODELS = "keras_albert.models"
_BENCHMARKS = "keras_albert.benchmarks"
_TEXT_CLASSIFICATION = f"{_MODELS}.text_classification"
_TEXTS_ANSWERS = "keras_albert.inference.answers"
_TASK_ANSWERS = "keras_albert.inference.task_answers"
_HEADS = "keras_albert.export.onnx_graph.onnx_heads"
_HELD_OUT = "keras_albert.export.held_out"


@dataclass(frozen=True)
class TaskKind:
    """A kind of task.

    Attributes:
        name: in model.json, `SavedTask.kind` and what users read.
        model: "module:class" of the Keras model.
        outputs: an artifact's outputs and how many axes each has; `export.named_outputs` explains
            them. Of a task with one output, its name is the first.
        heads: heads in a checkpoint (`convert.name_tables`) -> the model's attributes that hold
            them.
        reads: what a request is.
        expected: the keys of a request in JSON, in words.
        row_axes: the axes of "token_ids" and its like.
        along: outputs whose second axis is the last axis of an input -> that input.
        padding: what stands in outputs along tokens beyond a batch's longest row: no answer begins
            or ends in padding, and no word is there.
        whole: outputs that are whole numbers; all others are float32.
        gold_inputs: what the model reads in training alone, (B, 1); artifacts have none of it.
        settings: the model's attributes that go into a description.
        predicts_masks: whether "mask_positions" is an input and `[MASK]` in a text a token.
        answers_questions: whether answers are spans of passages.
        has_labels: whether its classes have names.
        has_problem: whether it may have one label, several, or numbers: `AlbertTextClassifier`.
        one_answer_a_row: whether a row has scores for one answer, by which it can leave early.
        scores_of_missing: whether an output holds scores of what is not there (a choice, a place),
            which lie far below all others.
        on_the_web: whether the page can show its answers.
        answers: "module:function" that answers requests, see `inference.answers`.
        onnx_head: "module:function" that writes its heads as ONNX nodes.
        held_out: "module:function" that makes rows and a measure of labelled examples, or None.
        benchmark: "module:class" of the tasks it is fine-tuned on, or None.
    """

    name: str
    model: str
    outputs: Mapping[str, int]
    answers: str
    onnx_head: str
    heads: Mapping[str, str] = field(default_factory=dict)
    reads: Reads = "texts"
    expected: str = '"text", and "text_pair" for a pair'
    row_axes: tuple[str, ...] = ("batch", "length")
    along: Mapping[str, str] = field(default_factory=dict)
    padding: float = 0.0
    whole: tuple[str, ...] = ()
    gold_inputs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    predicts_masks: bool = False
    answers_questions: bool = False
    has_labels: bool = False
    has_problem: bool = False
    one_answer_a_row: bool = False
    scores_of_missing: bool = False
    on_the_web: bool = False
    held_out: str | None = None
    benchmark: str | None = None

    @property
    def reads_plain_texts(self) -> bool:
        """Whether rows are `[CLS] a [SEP]` or `[CLS] a [SEP] b [SEP]` of texts as they are.

        A runtime's own tokenizer can make these; words, windows and choices are found first.
        """
        return self.reads in ("texts", "pairs")

    @property
    def along_tokens(self) -> tuple[str, ...]:
        """Outputs with a value for each token of a row."""
        return tuple(name for name, source in self.along.items() if source == "token_ids")

    @property
    def first_output(self) -> str:
        """What the output is called of a task that has one."""
        return next(iter(self.outputs))

    @property
    def model_class(self) -> Any:
        """The Keras model's class, imported now."""
        return load_named(self.model)


_KINDS = (
    TaskKind(
        name="text_classifier",
        model=f"{_TEXT_CLASSIFICATION}.text_classifier:AlbertTextClassifier",
        # A regression has no probabilities.
        outputs={"scores": 2, "probabilities": 2},
        heads={"classifier": "output_dense"},
        settings=("problem",),
        has_labels=True,
        has_problem=True,
        one_answer_a_row=True,
        on_the_web=True,
        answers=f"{_TEXTS_ANSWERS}:classes",
        onnx_head=f"{_HEADS}:text_classifier",
        held_out=f"{_HELD_OUT}:classes",
        benchmark=f"{_BENCHMARKS}.text_classification.text_task:TextTask",
    ),
    TaskKind(
        name="token_classifier",
        model=f"{_MODELS}.token_classification.token_classifier:AlbertTokenClassifier",
        outputs={"scores": 3},
        heads={"token_classifier": "output_dense"},
        reads="words",
        expected='"words" (a list of strings) or "text"',
        along={"scores": "token_ids"},
        has_labels=True,
        answers=f"{_TASK_ANSWERS}:tags",
        onnx_head=f"{_HEADS}:token_classifier",
        held_out=f"{_HELD_OUT}:tags",
        benchmark=f"{_BENCHMARKS}.token_classification.token_classification:TokenClassification",
    ),
    TaskKind(
        name="multiple_choice",
        model=f"{_MODELS}.choices.multiple_choice:AlbertMultipleChoice",
        outputs={"scores": 2},
        heads={"multiple_choice": "output_dense"},
        reads="choices",
        expected='"context", "question" and "options"',
        row_axes=("batch", "choices", "length"),
        one_answer_a_row=True,
        scores_of_missing=True,
        answers=f"{_TASK_ANSWERS}:choices",
        onnx_head=f"{_HEADS}:multiple_choice",
        held_out=f"{_HELD_OUT}:choices",
        benchmark=f"{_BENCHMARKS}.choices.multiple_choice:MultipleChoice",
    ),
    TaskKind(
        name="sentence_order",
        model=f"{_MODELS}.sentence_order.sentence_order_classifier:AlbertSentenceOrderClassifier",
        outputs={"sentence_order": 2},
        heads={"sentence_order": "sentence_order_head"},
        reads="pairs",
        expected='"text" and "text_pair"',
        one_answer_a_row=True,
        answers=f"{_TASK_ANSWERS}:orders",
        onnx_head=f"{_HEADS}:sentence_order",
        held_out=f"{_HELD_OUT}:orders",
    ),
    TaskKind(
        name="masked_lm",
        model=f"{_MODELS}.masked_tokens.masked_lm:AlbertMaskedLM",
        outputs={"masked_tokens": 3},
        heads={"masked_tokens": "masked_token_head"},
        along={"masked_tokens": "mask_positions"},
        predicts_masks=True,
        on_the_web=True,
        answers=f"{_TEXTS_ANSWERS}:masks",
        onnx_head=f"{_HEADS}:masked_lm",
        held_out=f"{_HELD_OUT}:hidden_tokens",
    ),
    TaskKind(
        name="pretrainer",
        model=f"{_MODELS}.masked_tokens.pretrainer:AlbertPretrainer",
        outputs={"masked_tokens": 3, "sentence_order": 2},
        heads={"masked_tokens": "masked_token_head", "sentence_order": "sentence_order_head"},
        along={"masked_tokens": "mask_positions"},
        predicts_masks=True,
        on_the_web=True,
        answers=f"{_TEXTS_ANSWERS}:masks",
        onnx_head=f"{_HEADS}:pretrainer",
        held_out=f"{_HELD_OUT}:hidden_tokens",
    ),
    TaskKind(
        name="question_answerer",
        model=f"{_MODELS}.questions.question_answerer:AlbertQuestionAnswerer",
        outputs={"start": 2, "end": 2},
        heads={"spans": "span_dense"},
        reads="passages",
        expected='"question" and "context"',
        along={"start": "token_ids", "end": "token_ids"},
        padding=-10_000.0,
        answers_questions=True,
        on_the_web=True,
        answers=f"{_TASK_ANSWERS}:spans",
        onnx_head=f"{_HEADS}:question_answerer",
        held_out=f"{_HELD_OUT}:spans",
        benchmark=f"{_BENCHMARKS}.questions.passage_task:PassageTask",
    ),
    TaskKind(
        name="joint_question_answerer",
        model=f"{_MODELS}.questions.joint_question_answerer:AlbertJointQuestionAnswerer",
        outputs={
            "impossible": 2,
            "start_positions": 2,
            "start_log_probabilities": 2,
            "end_positions": 3,
            "end_log_probabilities": 3,
        },
        heads={"joint_spans": "joint_spans"},
        reads="passages",
        expected='"question" and "context"',
        whole=("start_positions", "end_positions"),
        gold_inputs=("start_positions",),
        settings=("beam_size",),
        answers_questions=True,
        scores_of_missing=True,
        answers=f"{_TASK_ANSWERS}:beams",
        onnx_head=f"{_HEADS}:joint_question_answerer",
        held_out=f"{_HELD_OUT}:beams",
        benchmark=f"{_BENCHMARKS}.questions.passage_task:PassageTask",
    ),
    TaskKind(
        name="text_embedder",
        model=f"{_MODELS}.embedding.text_embedder:AlbertTextEmbedder",
        outputs={"embedding": 2},
        answers=f"{_TASK_ANSWERS}:vectors",
        onnx_head=f"{_HEADS}:text_embedder",
    ),
)
TASK_KINDS: dict[str, TaskKind] = {kind.name: kind for kind in _KINDS}


def kind_named(name: Any) -> TaskKind:
    """The record of a kind.

    Raises:
        ValueError: there is no kind of that name.

    >>> kind_named("masked_lm").predicts_masks
    True
    """
    if not isinstance(name, str) or name not in TASK_KINDS:
        raise ValueError(f"the model's task, {name!r:.60}, is not known")
    return TASK_KINDS[name]


def kind_of_class(model_class: type, *, parents: bool = False) -> TaskKind | None:
    """The record of a model's class, or None; nothing is imported for it.

    Args:
        model_class: a class.
        parents: whether the kind of a class that it inherits from will do.
    """
    for base in model_class.__mro__[: None if parents else 1]:
        path = f"{base.__module__}:{base.__qualname__}"
        for kind in _KINDS:
            if kind.model == path:
                return kind
    return None


def load_named(path: str) -> Any:
    """What "module:name" names; its module is imported only now."""
    module, name = path.split(":")
    return getattr(importlib.import_module(module), name)
