"""keras-albert convert."""

from pathlib import Path
from typing import Annotated

import typer

from keras_albert.cli import options
from keras_albert.cli.backend import quiet_imports
from keras_albert.cli.console import counting, say, show_result
from keras_albert.cli.record import Record

FORMATS = ("keras", "huggingface", "keras-hub")

Head = Annotated[
    str | None,
    typer.Option(
        metavar="classifier|token_classifier|multiple_choice",
        help="What a head is that the files call a classifier and say no more of.",
    ),
]
NumHeads = Annotated[
    int | None,
    typer.Option(help="Attention heads, instead of what the files say. The weights fit any."),
]


def convert(
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="PATH",
            help="A transformers folder, a TF1 checkpoint or its archive, a KerasHub preset, a "
            "model of this package, a published name (albert_base_v2), or an address: "
            "https://, hf://, kaggle://.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--to", metavar="PATH", help="What to make. It appears when all is done."),
    ],
    target: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="What to write.")
    ],
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="HEAD...", help="Heads to leave out, such as sentence_order."),
    ] = None,
    head: Head = None,
    num_heads: NumHeads = None,
    replace: options.Replace = False,
) -> None:
    """Write a model in another implementation's form, or in this package's.

    Every weight is accounted for: what is missing, left over or not expressible stops it. Makes the
    folder and command.json in it.
    """
    record = Record("convert", locals())
    options.check_choice("--format", target, FORMATS)
    with quiet_imports():
        from keras_albert.convert import local_path
        from keras_albert.models.conversion import convert as convert_paths
    source = str(local_path(source))  # before another bar is shown
    with counting("Converting"):
        result = convert_paths(
            source,
            output,
            target,
            without=tuple(without or ()),
            head=head,
            num_heads=num_heads,
            replace=replace,
        )
    for line in (*result["warnings"], *result["notes"]):
        say(f"Note: {line}")
    record.write(output / "command.json", result)
    show_result({"output": str(output), **result})
