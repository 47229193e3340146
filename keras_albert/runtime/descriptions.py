"""What an artifact's model.json must say, and what its runtime must take and give for that.

model.json is not among the checksums, so none of it is believed unseen. This file needs nothing of
keras_albert: it also serves where that is not installed.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

# Every kind of task: its outputs, by the number of their axes. `export.named_outputs` explains
# them; a text classifier that is a regression has no probabilities.
OUTPUTS: dict[str, dict[str, int]] = {
    "text_classifier": {"scores": 2, "probabilities": 2},
    "token_classifier": {"scores": 3},
    "multiple_choice": {"scores": 2},
    "sentence_order": {"sentence_order": 2},
    "masked_lm": {"masked_tokens": 3},
    "pretrainer": {"masked_tokens": 3, "sentence_order": 2},
    "question_answerer": {"start": 2, "end": 2},
    "joint_question_answerer": {
        "impossible": 2,
        "start_positions": 2,
        "start_log_probabilities": 2,
        "end_positions": 3,
        "end_log_probabilities": 3,
    },
    "text_embedder": {"embedding": 2},
}
PROBLEMS = ("single_label", "multi_label", "regression")
TRUNCATIONS = ("longest_first", "round_robin", "waterfall")
SPECIAL_TOKENS = ("pad", "cls", "sep", "mask")
_ALL = tuple(OUTPUTS)
_CLASSIFIERS = ("text_classifier", "token_classifier")
_QUESTION_ANSWERERS = ("question_answerer", "joint_question_answerer")


def _whole(value: Any, least: int = 0) -> bool:
    """An int that a runtime can be given."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**31


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _names(value: Any) -> bool:
    """A list of strings, none twice."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == len(value)
    )


def _axes(value: Any) -> bool:
    return isinstance(value, dict) and len(value) > 0 and all(map(_names, value.values()))


def _replacements(value: Any) -> bool:
    return isinstance(value, dict) and all(
        key.isdecimal() and isinstance(ids, list) and all(map(_whole, ids))
        for key, ids in value.items()
    )


def _options(value: Any) -> bool:
    lengths = value.get("lengths") if isinstance(value, dict) else 0
    return lengths is None or (isinstance(lengths, list) and all(_whole(n, 1) for n in lengths))


class _Entry(NamedTuple):
    """An entry of model.json: what it is, a check of it, and the tasks that cannot do without."""

    what: str
    fits: Callable[[Any], bool]
    needed_by: tuple[str, ...] = ()


_ENTRIES: dict[str, _Entry] = {
    "task": _Entry(
        f"one of {', '.join(OUTPUTS)}", lambda v: isinstance(v, str) and v in OUTPUTS, _ALL
    ),
    "sequence_length": _Entry("a number of tokens", lambda v: _whole(v, 2), _ALL),
    "truncate": _Entry(f"one of {', '.join(TRUNCATIONS)}", TRUNCATIONS.__contains__, _ALL),
    "vocabulary_size": _Entry("a number of pieces", lambda v: _whole(v, 1), _ALL),
    "special_token_ids": _Entry(
        f"the ids of {', '.join(SPECIAL_TOKENS)}",
        lambda v: isinstance(v, dict) and all(_whole(v.get(name)) for name in SPECIAL_TOKENS),
        _ALL,
    ),
    "inputs": _Entry("the names of every input's axes", _axes, _ALL),
    "depth": _Entry("a number of layers", _whole, _ALL),
    "num_layers": _Entry("a number of layers", lambda v: _whole(v, 1)),
    "depth_is_input": _Entry("true or false", lambda v: isinstance(v, bool)),
    "options": _Entry("an object, its lengths numbers of tokens", _options),
    "tokenizer": _Entry("sentencepiece or wordpiece", ("sentencepiece", "wordpiece").__contains__),
    "tokenizer_options": _Entry("an object", lambda v: isinstance(v, dict)),
    "id_replacements": _Entry("lists of ids by id", _replacements),
    "preprocessor": _Entry("an object", lambda v: isinstance(v, dict)),
    "problem": _Entry(f"one of {', '.join(PROBLEMS)}", PROBLEMS.__contains__, ("text_classifier",)),
    "labels": _Entry("a list of different strings", _names, _CLASSIFIERS),
    "max_answer_tokens": _Entry("a number of tokens", lambda v: _whole(v, 1), _QUESTION_ANSWERERS),
    "no_answer_threshold": _Entry(
        "a number or null", lambda v: v is None or _number(v), _QUESTION_ANSWERERS
    ),
}


def check_description(description: Mapping[str, Any], file: Any) -> None:
    """Refuses a description that lacks what its task needs, or whose entries are of other types.

    Args:
        description: a model.json.
        file: where it lies, for the message.

    Raises:
        ValueError: an entry is missing or wrong.
    """
    task = description.get("task")
    for key, entry in _ENTRIES.items():
        if key not in description:
            # "task" comes first, so it is known to be one from there on.
            if key == "task" or task in entry.needed_by:
                raise ValueError(
                    f"{file} says nothing of {key}; expected {entry.what}: it is damaged or was "
                    "edited; export again"
                )
        elif not entry.fits(description[key]):
            raise ValueError(
                f"{file} says {key}={description[key]!r:.60}; expected {entry.what}: it is damaged "
                "or was edited; export again"
            )
    depth, is_input = description["depth"], bool(description.get("depth_is_input"))
    layers = description.get("num_layers", depth)
    if not int(is_input) <= depth <= layers:
        raise ValueError(
            f"{file} says depth={depth} and num_layers={layers}, which do not go together: it is "
            "damaged or was edited; export again"
        )


def described_ports(description: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    """What a runtime takes and gives by a description: names, and how many axes each has.

    Args:
        description: a model.json that `check_description` lets pass.

    Returns:
        The inputs, "depth" among them where it is one, and the outputs.

    >>> described_ports({"task": "text_embedder", "inputs": {"token_ids": ["batch", "length"]}})
    ({'token_ids': 2}, {'embedding': 2})
    """
    inputs = {name: len(axes) for name, axes in description["inputs"].items()}
    if description.get("depth_is_input"):
        inputs["depth"] = 0
    outputs = dict(OUTPUTS[description["task"]])
    if description.get("problem") == "regression":
        outputs.pop("probabilities", None)
    return inputs, outputs


def check_ports(
    description: Mapping[str, Any],
    file: Any,
    inputs: Mapping[str, int | None],
    outputs: Mapping[str, int | None],
) -> None:
    """Refuses a model's file that is not the model its description speaks of.

    Args:
        description: see `described_ports`.
        file: the model's, for the message.
        inputs: what the runtime takes: names, and how many axes each has; None: it does not say.
        outputs: what it gives.

    Raises:
        ValueError: they are others than described.
    """
    for what, found, expected in zip(
        ("reads", "gives"), (inputs, outputs), described_ports(description), strict=True
    ):
        same = [found.get(name) in (None, axes) for name, axes in expected.items()]
        if found.keys() != expected.keys() or not all(same):
            raise ValueError(
                f"{file} {what} {_listed(found)} where its model.json says {_listed(expected)} "
                "(axes in brackets): they are of two exports; export again"
            )


def _listed(ports: Mapping[str, int | None]) -> str:
    return ", ".join(f"{name} ({axes})" for name, axes in sorted(ports.items())) or "nothing"
