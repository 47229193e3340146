"""The card of an export: what was made, of what, how it was verified, and what it costs."""

import datetime
import os
import platform
import zlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_albert.files import write_aside, write_json
from keras_albert.models.saved_task import SavedTask
from keras_albert.runtime.digests import CARD_FILE, file_digest

CARD_PAGE = "CARD.md"


def card_of(
    saved: SavedTask,
    target: Path,
    described: Mapping[str, Any],
    verified: Mapping[str, Any],
    measured: Mapping[str, Any],
    runtimes: Sequence[str],
) -> dict[str, Any]:
    """The card.

    Args:
        saved: the task the artifact was made of.
        target: the artifact's folder.
        described: its model.json.
        verified: what `comparison.compare` found.
        measured: what `run_job.answer_job` measured.
        runtimes: distributions whose versions count.
    """
    files = {
        str(file.relative_to(target).as_posix()): file.stat().st_size
        for file in sorted(target.rglob("*"))
        if file.is_file()
    }
    unique = sum(int(np.prod(w.shape)) * 4 for w in saved.task.weights)
    total = sum(files.values())
    compressed = sum(_deflated(target / name) for name in files)
    packages = ("keras-albert", "keras", "keras-hub", "numpy", *runtimes)
    return {
        "format": described["format"],
        "quantize": described["quantize"],
        "options": described["options"],
        "source": str(saved.folder),
        "source_backend": keras.config.backend(),
        "task": saved.kind,
        "depth": described["depth"],
        "depth_is_input": described["depth_is_input"],
        "sequence_length": saved.sequence_length,
        "bytes": total,
        "compressed_bytes": compressed,
        "unique_weight_bytes": unique,
        "ratio": round(total / unique, 4),
        "files": files,
        "sha256": {name: file_digest(target / name) for name in files},
        "verified": dict(verified),
        "measured": {"processors": os.cpu_count(), **measured},
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in packages},
        },
        "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def write_card(target: Path, card: Mapping[str, Any]) -> None:
    """Writes a card as JSON and as Markdown."""
    write_json(target / CARD_FILE, card)
    with write_aside(target / CARD_PAGE) as aside:
        aside.write_text(card_page(card), "utf-8")


def card_page(card: Mapping[str, Any]) -> str:
    """A card as Markdown."""
    measured, verified = card["measured"], card["verified"]
    depth = f"{card['depth']}" + (" (an input)" if card["depth_is_input"] else "")
    facts = {
        "task": card["task"],
        "quantization": card["quantize"] or "none (float32)",
        "layers": depth,
        "most tokens": card["sequence_length"],
        "size": f"{card['bytes'] / 1e6:.2f} MB, {card['ratio']} of the weights in float32",
        "download": f"{card['compressed_bytes'] / 1e6:.2f} MB compressed, as a zip or an app is",
        "load": f"{measured['load_seconds'] * 1000:.0f} ms",
    }
    if "memory_bytes" in measured:
        facts["memory"] = f"{measured['memory_bytes'] / 1e6:.0f} MB over the bare runtime's"
    lines = [f"# {card['task']} as {card['format']}", ""]
    lines += ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts.items())]
    if latency := measured.get("latency_ms"):
        depths = list(next(iter(latency.values())))
        lines += ["", "Milliseconds for one row, the median of several, on "]
        lines[-1] += f"{measured['processors']} processors:"
        lines += ["", "| tokens | " + " | ".join(f"{d} layers" for d in depths) + " |"]
        lines += ["|---" * (len(depths) + 1) + "|"]
        for length, row in latency.items():
            lines.append(f"| {length} | " + " | ".join(f"{row[d]:.2f}" for d in depths) + " |")
    lines += ["", f"Verified on {verified['rows']} rows against {card['source_backend']}:", ""]
    lines += [
        "| output | largest difference | largest value | relative, RMS |",
        "|---|---|---|---|",
    ]
    for name, found in verified["outputs"].items():
        lines.append(
            f"| {name} | {found['largest_difference']:.2g} | {found['largest_value']:.3g} | "
            f"{found['relative_rms_difference']:.2g} |"
        )
    if metric := card.get("metrics"):
        lines += ["", f"On {metric['examples']} labelled examples:", ""]
        lines += ["| | Keras | artifact |", "|---|---|---|"]
        for name, value in metric["keras"].items():
            lines.append(f"| {name} | {value:.4f} | {metric['artifact'][name]:.4f} |")
    made = ", ".join(f"{name} {number}" for name, number in card["versions"].items())
    lines += ["", f"Made {card['made']} with {made}.", ""]
    return "\n".join(lines)


def _deflated(file: Path) -> int:
    """Bytes of a file as zip archives, app packages and web servers pass it on."""
    squeeze = zlib.compressobj(6)
    with file.open("rb") as stream:
        parts = iter(lambda: stream.read(1 << 20), b"")
        return sum(len(squeeze.compress(part)) for part in parts) + len(squeeze.flush())
