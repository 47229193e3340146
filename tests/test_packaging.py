"""What a wheel holds, and that it stays small enough for a package index."""

import json
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Built from a copy: setuptools leaves build/ behind in the folder it builds from.
    source = tmp_path_factory.mktemp("source")
    for name in ["keras_albert", "presets", "pyproject.toml", "README.md", "LICENSE"]:
        (source / name).symlink_to(ROOT / name)
    output = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", output, source),
        ],
        check=True,
    )
    (path,) = output.glob("*.whl")
    return path


def test_a_wheel_holds_code_presets_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {str(p.relative_to(ROOT)) for p in (ROOT / "keras_albert").rglob("*.py")}
    data = {
        f"keras_albert/{p.relative_to(ROOT)}"
        for p in (ROOT / "presets").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert modules | data | {"keras_albert/py.typed"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_a_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 12_000_000


def test_presets_are_found_through_the_installed_package() -> None:
    names = [f.name for f in files("keras_albert.presets").joinpath("architectures").iterdir()]
    assert "albert_base_v2.json" in names
    text = files("keras_albert.presets").joinpath("architectures/albert_base_v2.json").read_text()
    assert json.loads(text)["name"] == "albert_base_v2"
