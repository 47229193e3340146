"""Answering a file, line by line, so that what was answered before a crash is kept."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from keras_albert.errors import InputError
from keras_albert.files import read_json, write_json
from keras_albert.folder_lock import folder_lock
from keras_albert.inference.request_lines import Request

# Requests answered between two writes: what a crash costs at most.
BLOCK = 256
Requests = Iterable[Request | tuple[int, InputError]]


def answered(
    predictor: Any, requests: Requests, top_k: int, skip_bad: bool
) -> Iterator[list[dict[str, Any]]]:
    """Answers requests in blocks.

    Args:
        predictor: a `Predictor`.
        requests: what `read_requests` gives.
        top_k: see `Predictor.predict`.
        skip_bad: give {"line", "error"} for a line that cannot be used, instead of an error.

    Yields:
        Lists of answers in the order of the lines; each has "line", and "id" where the request has
        one.

    Raises:
        InputError: a line cannot be used; file and line are named.
    """
    block: list[Request | tuple[int, InputError]] = []
    for request in requests:
        block.append(request)
        unusable = not isinstance(request, Request) and not skip_bad
        if len(block) == BLOCK or unusable:
            yield from _usable(_answers(predictor, block, top_k), skip_bad)
            block = []
    if block:
        yield from _usable(_answers(predictor, block, top_k), skip_bad)


def _usable(
    answers: list[dict[str, Any] | tuple[int, InputError]], skip_bad: bool
) -> Iterator[list[dict[str, Any]]]:
    """A block's answers; bad lines as objects, or as the error that ends it all."""
    good: list[dict[str, Any]] = []
    for answer in answers:
        if isinstance(answer, dict):
            good.append(answer)
        elif skip_bad:
            good.append({"line": answer[0], "error": str(answer[1])})
        else:
            if good:
                yield good
            raise answer[1]
    yield good


def _answers(
    predictor: Any, block: list[Request | tuple[int, InputError]], top_k: int
) -> list[dict[str, Any] | tuple[int, InputError]]:
    answers: list[Any] = list(block)
    # A predictor answers texts and pairs of texts apart.
    for kind in (str, list, dict):
        places = [
            place
            for place, request in enumerate(block)
            if isinstance(request, Request) and isinstance(request.item, kind)
        ]
        found = _asked(predictor, [answers[place] for place in places], top_k)
        for place, answer in zip(places, found, strict=True):
            answers[place] = answer
    return answers


def _asked(
    predictor: Any, requests: list[Request], top_k: int
) -> list[dict[str, Any] | tuple[int, InputError]]:
    """Answers requests of one form; what only the model's preprocessor refuses is found by line."""
    try:
        found = predictor.predict([request.item for request in requests], top_k=top_k)
    except InputError as error:
        if len(requests) == 1:
            request = requests[0]
            return [(request.line, InputError(f"{request.where}: {error}"))]
        return [answer for request in requests for answer in _asked(predictor, [request], top_k)]
    return [
        {"line": request.line, **({} if request.id is None else {"id": request.id}), **answer}
        for request, answer in zip(requests, found, strict=True)
    ]


def predict_to_file(
    predictor: Any,
    requests: Requests,
    output: str | Path,
    *,
    settings: Mapping[str, Any],
    top_k: int = 5,
    skip_bad: bool = False,
    progress: Callable[[int], None] | None = None,
) -> dict[str, int]:
    """Writes an answer a line to a file, which appears when all is done.

    Until then the answers lie in OUTPUT.unfinished, whole lines only. Called again with the same
    settings, it goes on after the last of them.

    Args:
        predictor: a `Predictor`.
        requests: what `read_requests` gives, from the file's beginning.
        output: the file to make.
        settings: what the answers depend on, as JSON: model, input and options.
        top_k: see `Predictor.predict`.
        skip_bad: see `answered`.
        progress: called with the lines answered so far.

    Returns:
        {"answered", "skipped", "resumed"}: lines answered and left out in all, and how many of
        both were there before.

    Raises:
        InputError: the output exists; what is there was begun with other settings; another process
            is writing it; or a line cannot be used. What was answered before it is kept.
    """
    with folder_lock(output):
        return _predict_to_file(
            *(predictor, requests, Path(output), settings, top_k, skip_bad, progress)
        )


def _predict_to_file(
    predictor: Any,
    requests: Requests,
    output: Path,
    settings: Mapping[str, Any],
    top_k: int,
    skip_bad: bool,
    progress: Callable[[int], None] | None,
) -> dict[str, int]:
    """`predict_to_file`, while no other process writes there."""
    if output.exists():
        raise InputError(f"{output} already exists. Choose another output or remove it first.")
    partial = output.with_name(f"{output.name}.unfinished")
    beside = output.with_name(f"{output.name}.unfinished.json")
    output.parent.mkdir(parents=True, exist_ok=True)
    settings = json.loads(json.dumps(dict(settings)))
    if partial.exists() and beside.exists():
        begun = read_json(beside)
        if begun != settings:
            different = [key for key in settings if begun.get(key) != settings[key]]
            raise InputError(
                f"{partial} was begun with another {', '.join(different) or 'setting'}. Use the "
                "same, or remove it to begin anew."
            )
    else:
        partial.unlink(missing_ok=True)
        write_json(beside, settings)
    counts, last = _whole_lines(partial)
    resumed = sum(counts.values())
    remaining = (r for r in requests if (r.line if isinstance(r, Request) else r[0]) > last)
    with partial.open("ab") as file:
        for answers in answered(predictor, remaining, top_k, skip_bad):
            for answer in answers:
                counts["skipped" if "error" in answer else "answered"] += 1
                file.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            if progress is not None:
                progress(sum(counts.values()))
    os.replace(partial, output)
    beside.unlink(missing_ok=True)
    return {**counts, "resumed": resumed}


def _whole_lines(partial: Path) -> tuple[dict[str, int], int]:
    """Counts what is there, cuts off a line that was not finished, and finds the last number."""
    counts, last, end = {"answered": 0, "skipped": 0}, 0, 0
    if not partial.exists():
        return counts, last
    with partial.open("r+b") as file:
        for line in file:
            try:
                answer = json.loads(line) if line.endswith(b"\n") else None
            except json.JSONDecodeError:
                answer = None
            if answer is None:
                break
            end += len(line)
            last = answer["line"]
            counts["skipped" if "error" in answer else "answered"] += 1
        file.truncate(end)
    return counts, last
