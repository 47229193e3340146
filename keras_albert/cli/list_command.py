"""Options that take several values: `--corpus a.txt b.txt`."""

from collections.abc import Iterable, Sequence
from typing import Any

from typer.core import TyperCommand


class ListCommand(TyperCommand):
    """A command whose repeatable options may be given several values at once.

    `--corpus texts/*.txt`, which the shell turns into `--corpus texts/a.txt texts/b.txt`, means
    `--corpus texts/a.txt --corpus texts/b.txt`.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeats the option before each of its values, then parses as usual."""
        repeatable = {
            name
            for parameter in self.params
            if getattr(parameter, "multiple", False)
            for name in parameter.opts
        }
        return super().parse_args(ctx, repeat_option_names(args, repeatable))


def repeat_option_names(arguments: Sequence[str], repeatable: Iterable[str]) -> list[str]:
    """Puts the option's name before each of its values.

    Args:
        arguments: a command's arguments.
        repeatable: names of the options that may be given several times.

    >>> repeat_option_names(["--corpus", "a", "b", "--size", "9"], {"--corpus"})
    ['--corpus', 'a', '--corpus', 'b', '--size', '9']
    """
    repeatable = set(repeatable)
    result: list[str] = []
    option: str | None = None
    has_value = False
    for argument in arguments:
        # A single dash is a value: standard input.
        if argument.startswith("-") and argument != "-":
            name = argument.split("=", 1)[0]
            option = name if name in repeatable else None
            has_value = "=" in argument
            result.append(argument)
        else:
            if option is not None and has_value:
                result.append(option)
            result.append(argument)
            has_value = True
    return result
