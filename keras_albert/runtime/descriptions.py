"""What an artifact's model.json must say, and what its runtime must take and give for that.

model.json is not among the checksums, so none of it is believed unseen. This file needs nothing of
keras_albert: it also serves where that is not installed.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from keras_albert.runtime.task_kinds import TASK_KINDS, TaskKind

PROBLEMS = ("single_label", "multi_label", "regression")
TRUNCATIONS = ("longest_first", "round_robin", "waterfall")
# The longest answer where fine-tuning chose none.
MAX_ANSWER_TOKENS = 30
SPECIAL_TOKENS = ("pad", "cls", "sep", "mask")


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


def _always(_: TaskKind) -> bool:
    return True


def _never(_: TaskKind) -> bool:
    return False


def _has_problem(kind: TaskKind) -> bool:
    return kind.has_problem


def _has_labels(kind: TaskKind) -> bool:
    return kind.has_labels


def _answers_questions(kind: TaskKind) -> bool:
    return kind.answers_questions


class _Entry(NamedTuple):
    """An entry of model.json: what it is, a check of it, and the kinds that cannot do without."""

    what: str
    fits: Callable[[Any], bool]
    needed_by: Callable[[TaskKind], bool] = _never


_ENTRIES: dict[str, _Entry] = {
    "task": _Entry(
        f"one of {', '.join(TASK_KINDS)}", lambda v: isinstance(v, str) and v in TASK_KINDS, _always
    ),
    "sequence_length": _Entry("a number of tokens", lambda v: _whole(v, 2), _always),
    "truncate": _Entry(f"one of {', '.join(TRUNCATIONS)}", TRUNCATIONS.__contains__, _always),
    "vocabulary_size": _Entry("a number of pieces", lambda v: _whole(v, 1), _always),
    "special_token_ids": _Entry(
        f"the ids of {', '.join(SPECIAL_TOKENS)}",
        lambda v: isinstance(v, dict) and all(_whole(v.get(name)) for name in SPECIAL_TOKENS),
        _always,
    ),
    "inputs": _Entry("the names of every input's axes", _axes, _always),
    "depth": _Entry("a number of layers", _whole, _always),
    "num_layers": _Entry("a number of layers", lambda v: _whole(v, 1)),
    "depth_is_input": _Entry("true or false", lambda v: isinstance(v, bool)),
    "options": _Entry("an object, its lengths numbers of tokens", _options),
    "tokenizer": _Entry("sentencepiece or wordpiece", ("sentencepiece", "wordpiece").__contains__),
    "tokenizer_options": _Entry("an object", lambda v: isinstance(v, dict)),
    "id_replacements": _Entry("lists of ids by id", _replacements),
    "preprocessor": _Entry("an object", lambda v: isinstance(v, dict)),
    "problem": _Entry(f"one of {', '.join(PROBLEMS)}", PROBLEMS.__contains__, _has_problem),
    "labels": _Entry("a list of different strings", _names, _has_labels),
    "max_answer_tokens": _Entry("a number of tokens", lambda v: _whole(v, 1), _answers_questions),
    "no_answer_threshold": _Entry(
        "a number or null", lambda v: v is None or _number(v), _answers_questions
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
    for key, entry in _ENTRIES.items():
        if key not in description:
            # "task" comes first, so it is known to be one from there on.
            if key == "task" or entry.needed_by(TASK_KINDS[description["task"]]):
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
    outputs = dict(TASK_KINDS[description["task"]].outputs)
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
