"""keras-albert export."""

from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import counting, show_result
from keras_albert.cli.record import Record
from keras_albert.errors import InputError

FORMATS = ("saved-model", "tflite")


def export(
    model: options.Model,
    artifact_format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="What to write.")
    ],
    output: options.Output,
    quantize: Annotated[
        str | None, typer.Option(metavar="int8", help="tflite only: weights in 8 bits.")
    ] = None,
    sequence_length: Annotated[
        int | None, typer.Option(help="Most tokens a text may have; by default as trained.")
    ] = None,
    depth: Annotated[
        int | None, typer.Option(help="How many layers the exported model runs; by default all.")
    ] = None,
    replace: options.Replace = False,
) -> None:
    """Write a model as a SavedModel or for LiteRT (TFLite), text in, answers out.

    Before it is done, the artifact answers texts in a fresh process and must agree with the model.
    Makes OUTPUT/ with the artifact, its vocabulary, export.json and command.json.
    """
    record = Record("export", locals())
    options.check_choice("--format", artifact_format, FORMATS)
    if quantize is not None:
        options.check_choice("--quantize", quantize, ["int8"])
        if artifact_format != "tflite":
            raise InputError(f"--quantize goes with --format tflite, not with {artifact_format}.")
    with quiet_imports():
        from keras_albert.export import export_saved_model, export_tflite
    with counting("Exporting") as count:
        if artifact_format == "tflite":
            card = export_tflite(
                model,
                output,
                quantize=quantize,
                sequence_length=sequence_length,
                depth=depth,
                replace=replace,
                progress=count,
            )
        else:
            card = export_saved_model(
                model,
                output,
                sequence_length=sequence_length,
                depth=depth,
                replace=replace,
                progress=count,
            )
    record.write(output / "command.json", card)
    show_result({"output": str(output), **card})
