"""The pages' templates."""

from importlib.resources import files

import jinja2


def template(name: str) -> jinja2.Template:
    """A template of this folder; what is filled in is escaped."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(
            lambda asked: files("keras_albert.reports").joinpath(asked).read_text("utf-8")
        ),
    )
    return environment.get_template(name)
