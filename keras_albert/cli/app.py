"""The `keras-albert` command: its subcommands, its errors, its exit statuses."""

import errno
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from keras_albert.cli import list_presets
from keras_albert.cli.backend import check_backend
from keras_albert.cli.convert import convert
from keras_albert.cli.evaluate import evaluate
from keras_albert.cli.export import export
from keras_albert.cli.finetune import finetune
from keras_albert.cli.inspect_command import inspect
from keras_albert.cli.list_command import ListCommand
from keras_albert.cli.predict import predict
from keras_albert.cli.prepare import prepare
from keras_albert.cli.pretrain import pretrain
from keras_albert.cli.report import report
from keras_albert.cli.tune_exit import tune_exit
from keras_albert.cli.vocabulary import vocabulary
from keras_albert.errors import InputError

BAD_INPUT = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
CLOSED = 141  # 128 + SIGPIPE

app = typer.Typer(
    name="keras-albert",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

EXAMPLES: dict[Callable[..., None], str] = {
    vocabulary: "keras-albert vocabulary --corpus texts/ --size 8000 --output V/",
    prepare: "keras-albert prepare --corpus texts/ --vocabulary V/ --output STORE/",
    pretrain: "keras-albert pretrain --recipe albert_nano --data STORE/ --output RUN/",
    evaluate: "keras-albert evaluate --model RUN/ --data HELD_OUT_STORE/",
    finetune: "keras-albert finetune --model RUN/ --task text-classification "
    "--train train.jsonl --validation validation.jsonl --output RUN2/",
    list_presets.list: "keras-albert list finetuning",
    report: "keras-albert report --run RUN2/",
    tune_exit: "keras-albert tune-exit --model RUN2/ --data validation.jsonl --loss 0.01",
    export: "keras-albert export --model RUN2/ --format tflite --quantize int8 --output ARTIFACT/",
    convert: "keras-albert convert --from albert_base_v2.tar.gz --to MODEL/ --format keras",
    inspect: "keras-albert inspect albert_base_v2.tar.gz",
    predict: 'keras-albert predict --model RUN2/ --text "How do I take a backup?"',
}

for _function, _example in EXAMPLES.items():
    app.command(cls=ListCommand, epilog=f"[bold]Example:[/bold] {_example}")(_function)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"keras-albert {version('keras-albert')}")
        raise typer.Exit


@app.callback()
def _group(
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print it."),
    ] = False,
) -> None:
    """ALBERT on Keras 3: from a folder of text to a model that answers.

    The environment variable KERAS_BACKEND chooses tensorflow, jax or torch.
    """
    check_backend(os.environ.get("KERAS_BACKEND"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: without the program's name; `sys.argv` by default.

    Returns:
        The exit status: 0; 2 for bad input, after one line on standard error; 130 after Ctrl-C;
        141 where standard output was closed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        # Standalone, typer would print usage errors as a panel of several lines.
        status = app(args=arguments, prog_name="keras-albert", standalone_mode=False)
    except InputError as error:
        return _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except typer.TyperException as error:
        if not str(error) and not arguments:
            return BAD_INPUT  # no arguments: the help has been printed
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        return _fail(f"{message} {_help_hint(arguments)}")
    except BrokenPipeError:
        # Who read the answers has had enough. Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return _fail(f"The disk is full: {error.filename or 'a file'} could not be written.")
        if error.errno is not None and error.filename is not None:
            return _fail(f"{os.fsdecode(error.filename)}: {error.strerror}.")
        raise
    return status if isinstance(status, int) else 0


def _help_hint(arguments: Sequence[str]) -> str:
    names = {function.__name__.replace("_", "-") for function in EXAMPLES}
    command = next((f" {argument}" for argument in arguments if argument in names), "")
    return f"See keras-albert{command} --help."


def _fail(message: str) -> int:
    print("Error:", " ".join(message.split()), file=sys.stderr)
    return BAD_INPUT
