"""Help, versions, exit statuses and the one line an error gets."""

import errno
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

import keras_albert.cli.app as app_module
from keras_albert.cli.app import EXAMPLES, main
from keras_albert.errors import InputError

COMMANDS = [
    "vocabulary",
    "prepare",
    "pretrain",
    "evaluate",
    "finetune",
    "list",
    "report",
    "tune-exit",
    "export",
    "convert",
    "inspect",
    "predict",
]
PROGRAM = Path(sys.executable).with_name("keras-albert")


def test_the_commands() -> None:
    assert [function.__name__.replace("_", "-") for function in EXAMPLES] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_explains_every_option(command: str, capsys: Any) -> None:
    assert main([command, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Example: keras-albert {command} " in shown
    undescribed = [
        parameter.name
        for parameter in typer.main.get_command(app_module.app).commands[command].params
        if not parameter.help
    ]
    assert not undescribed


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda f: f.__name__)
def test_the_example_parses(function: Any) -> None:
    """Every option an example shows exists, and no required one is left out."""
    import shlex

    command = typer.main.get_command(app_module.app).commands[function.__name__.replace("_", "-")]
    _, name, *arguments = shlex.split(EXAMPLES[function])
    assert name == function.__name__.replace("_", "-")
    command.make_context(name, arguments, resilient_parsing=False)


def test_version(capsys: Any) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"keras-albert {version('keras-albert')}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["vocab"], "No such command 'vocab'. Did you mean 'vocabulary'?"),
        (["prepare", "--corpsu", "a"], "--corpsu"),
        (["vocabulary", "--size", "many"], "--size"),
        (["vocabulary", "--corpus", "a", "--size", "9"], "--output"),
        (["predict", "--model"], "--model"),
    ],
)
def test_a_wrong_command_line_is_one_line(arguments: list[str], message: str, capsys: Any) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.startswith("Error: ")
    assert message in line
    assert "--help" in line


def _raising(error: BaseException) -> Any:
    def run(**_: Any) -> None:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (InputError("a is wrong.\n Use b."), 2, "Error: a is wrong. Use b."),
        (OSError(errno.ENOSPC, "No space left", "x.bin"), 2, "Error: The disk is full: x.bin"),
        (OSError(errno.EISDIR, "Is a directory", "E/"), 2, "Error: E/: Is a directory."),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (typer.Abort(), 130, "Interrupted."),
    ],
)
def test_what_can_go_wrong_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, error: Exception, status: int, message: str
) -> None:
    monkeypatch.setattr(app_module, "app", _raising(error))
    assert main(["prepare"]) == status
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(message)


def test_a_bug_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "app", _raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["prepare"])


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_the_installed_program_checks_the_backend_first() -> None:
    run = _run("vocabulary", "--corpus", "a", KERAS_BACKEND="tensroflow")
    assert run.returncode == 2
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert line.startswith("Error: KERAS_BACKEND='tensroflow'")
    assert "Did you mean 'tensorflow'?" in line


def test_help_loads_no_framework() -> None:
    """So that it answers at once."""
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['keras-albert', 'prepare', '--help']\n"
            "from keras_albert.cli import main\n"
            "main()\n"
            "print(sorted({'keras', 'tensorflow', 'jax', 'torch', 'numpy'} & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
    )
    assert run.stdout.splitlines()[-1] == "[]", run.stderr


def test_a_reader_who_has_had_enough_is_no_error() -> None:
    """`keras-albert predict ... | head -1`."""
    program = (
        "import sys; sys.argv = ['keras-albert', 'predict']\n"
        "from keras_albert.cli import app\n"
        "app.app = lambda **_: print('x' * 1_000_000)\n"
        "sys.exit(app.main(['predict']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 141
