"""The house rules of CONTRIBUTING, held."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "keras_albert"
MODULES = sorted(PACKAGE.rglob("*.py"))
BACKENDS = {"tensorflow", "tensorflow_text", "torch", "jax"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imported_names(nodes: list[ast.stmt] | ast.Module) -> set[str]:
    """Dotted names that the import statements among `nodes` bring in."""
    statements = ast.walk(nodes) if isinstance(nodes, ast.Module) else nodes
    names: set[str] = set()
    for node in statements:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _module_level_statements(tree: ast.Module) -> list[ast.stmt]:
    """Everything that runs on import: all statements outside functions."""
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        for child in ast.iter_child_nodes(waiting.pop()):
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                waiting.append(child)
                if isinstance(child, ast.stmt):
                    found.append(child)
    return found


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_private_module_is_imported(path: Path) -> None:
    names = _imported_names(ast.parse(path.read_text("utf-8")))
    private = {n for n in names if f"{n}.".startswith(("keras.src.", "keras_hub.src."))}
    assert not private


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_backend_is_imported_at_module_level(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    names = _imported_names(_module_level_statements(tree))
    assert not {n for n in names if n.split(".")[0] in BACKENDS}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_file_stays_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 350


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__init__.py"], ids=_name)
def test_every_module_has_a_test_file_of_its_name(path: Path) -> None:
    folder = ROOT / "tests" / path.parent.relative_to(PACKAGE)
    assert (folder / f"test_{path.stem}.py").is_file()


def test_floors_hold() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_package_is_listed_for_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    here = {".".join(p.parent.relative_to(ROOT).parts) for p in PACKAGE.rglob("__init__.py")}
    assert listed == here | {"keras_albert.presets"}


def test_every_import_is_declared() -> None:
    """A fresh install has what the code imports, by its own name and not by luck."""
    from importlib.metadata import packages_distributions

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for name in extras for line in extras[name])]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    declared |= {"keras-albert", "keras-hub"}  # keras-nlp is keras-hub under its older name
    distributions = packages_distributions()
    for path in MODULES:
        for name in _imported_names(ast.parse(path.read_text("utf-8"))):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or (path.parent / f"{top}.py").is_file():
                continue
            owners = {canonicalize_name(owner) for owner in distributions[top]}
            assert owners & declared, f"{path}: {top}"


def test_pins_are_the_versions_under_test() -> None:
    """What runs here is what pyproject.toml promises."""
    from importlib.metadata import version

    from packaging.requirements import Requirement

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for text in [*project["dependencies"], *(line for extra in extras for line in extra)]:
        requirement = Requirement(text)
        assert version(requirement.name) in requirement.specifier, text


def test_the_test_environment_has_every_extra() -> None:
    """The two tests above ask for every extra, so a fresh `make test` has to install them all."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    rule = (ROOT / "Makefile").read_text("utf-8").split("$(VENV)/.test:")[1].split("\n\n")[0]
    installed = re.findall(r'-e "\.\[([^\]]+)\]"', rule)
    assert len(installed) == 1
    assert set(installed[0].split(",")) == set(extras["optional-dependencies"])
