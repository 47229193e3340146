"""keras-albert export."""

from pathlib import Path
from typing import Annotated, Any

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import counting, show_result
from keras_albert.cli.record import Record
from keras_albert.errors import InputError

# `export.formats.FORMATS`, which a mistyped name should not wait for.
FORMATS = ("saved-model", "tflite", "onnx", "openvino", "web")
# None to the exporters; the name is for a page, which is int8 where nothing is said.
FLOAT32 = "float32"
QUANTIZATIONS = (
    FLOAT32,
    "float16",
    "int8",
    "int8-full",
    "int8-weights",
    "int8-int6-embeddings",
)


def export(
    model: options.Model,
    artifact_format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="What to write.")
    ],
    output: options.Output,
    quantize: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(QUANTIZATIONS),
            help="How weights are stored, by default float32, for web int8; not all go with all "
            "formats.",
        ),
    ] = None,
    sequence_length: Annotated[
        int | None, typer.Option(help="Most tokens a text may have; by default as trained.")
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(help="Fix how many layers run; by default it can be chosen at each call."),
    ] = None,
    lengths: Annotated[
        str | None,
        typer.Option(metavar="N,N", help="tflite: a signature for each of these lengths."),
    ] = None,
    strings: Annotated[
        bool, typer.Option("--strings", help="tflite: a signature that reads raw texts.")
    ] = False,
    tokens_only: Annotated[
        bool,
        typer.Option("--tokens-only", help="saved-model: no operations on texts in the graph."),
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Labelled held-out examples, in the files fine-tuning on the task reads (JSON "
            "lines for models not fine-tuned here): the card says how many answers are right "
            "before and after.",
        ),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="int8-full: texts to measure activations on, a line each, such as it will read.",
        ),
    ] = None,
    replace: options.Replace = False,
) -> None:
    """Write a model for a runtime of its own, text in, answers out.

    Before it is done, the artifact answers texts in a fresh process and must agree with the model.
    Makes OUTPUT/ with the artifact, its vocabulary, export.json, CARD.md and command.json.
    """
    record = Record("export", locals())
    options.check_choice("--format", artifact_format, FORMATS)
    if quantize is not None:
        options.check_choice("--quantize", quantize, QUANTIZATIONS)
    wanted: dict[str, Any] = {
        "lengths": _lengths(lengths),
        "strings": strings,
        "tokens_only": tokens_only,
    }
    given = {name: value for name, value in wanted.items() if value}
    with quiet_imports():
        from keras_albert.export import export_web, exporting
    # A page is loaded over a network: it is small unless something else is asked for.
    stored = quantize or ("int8" if artifact_format == "web" else FLOAT32)
    common: dict[str, Any] = {
        "quantize": None if stored == FLOAT32 else stored,
        "sequence_length": sequence_length,
        "depth": depth,
        "data": data,
        "replace": replace,
    }
    with counting("Exporting") as count:
        if artifact_format == "web":
            if given or calibration is not None:
                option = next(iter(given), "calibration").replace("_", "-")
                raise InputError(f"--{option} does not go with --format web.")
            card = export_web(model, output, progress=count, **common)
        else:
            card = exporting.export(
                artifact_format,
                model,
                output,
                progress=count,
                options=given,
                calibration=None if calibration is None else _lines(calibration),
                **common,
            )
    record.write(output / "command.json", card)
    show_result({"output": str(output), **card})


def _lines(path: Path) -> list[str]:
    try:
        texts = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--calibration {path} cannot be read as UTF-8 text: {error}") from error
    return [text for text in texts if text]


def _lengths(value: str | None) -> list[int] | None:
    if value is None:
        return None
    try:
        return sorted({int(part) for part in value.split(",")})
    except ValueError:
        raise InputError(
            f"--lengths {value} is not a list of numbers of tokens such as 128,512."
        ) from None
