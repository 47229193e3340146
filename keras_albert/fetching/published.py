"""The checkpoints that were published under a name: where they are and how they are verified."""

from pathlib import Path
from typing import Literal

import pydantic

from keras_albert import presets_index

PUBLISHED = "the published SHA-256"


class _Place(pydantic.BaseModel):
    """What is known of a file, with the source of it.

    Attributes:
        size: in bytes, where a source states it; a download of another length is refused.
        printed_size: as the source prints it, rounded; for people.
        sha256: hexadecimal, where it is public.
        verified_by: what a download is compared with.
        source: where all of this was read.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    size: pydantic.PositiveInt | None
    printed_size: str | None
    sha256: str | None = pydantic.Field(pattern=r"^[0-9a-f]{64}$")
    verified_by: Literal[
        "the published SHA-256",
        "the SHA-256 recorded at the first download",
        "Hugging Face's own client",
    ]
    source: str

    @pydantic.model_validator(mode="after")
    def _verification_is_what_is_known(self) -> "_Place":
        if (self.sha256 is not None) != (self.verified_by == PUBLISHED):
            raise ValueError(f"sha256 {self.sha256} is not verified by {self.verified_by!r}")
        return self


class _Archive(_Place):
    address: str = pydantic.Field(pattern=r"^https://.+(\.tar\.gz|\.tgz|\.tar|\.zip)$")
    format: Literal["tf1"]


class _Repository(_Place):
    repository: str = pydantic.Field(pattern=r"^[\w.-]+/[\w.-]+$")
    file: str
    format: Literal["huggingface"]


class PublishedCheckpoint(pydantic.BaseModel):
    """A published checkpoint: where it is and how a download is verified.

    Attributes:
        name: the architecture's name.
        archive: what its authors published: address, format, size, digest, source.
        hugging_face: the same weights on Hugging Face: repository, weight file and the same facts.
        notes: what a reader should know.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    name: str
    archive: _Archive
    hugging_face: _Repository
    notes: list[str] = []


def published_checkpoint(name: str) -> PublishedCheckpoint:
    """The published checkpoint of that name.

    Args:
        name: such as "albert_base_v2"; `presets_index.checkpoint_names()` lists them.

    Raises:
        InputError: there is none; the nearest is suggested.
    """
    return read_checkpoint(presets_index.checkpoint_path(name))


def read_checkpoint(path: str | Path) -> PublishedCheckpoint:
    """A checkpoint's file, checked.

    Raises:
        InputError: the file cannot be read, a field is missing, unknown or of the wrong type.
    """
    return presets_index.read_checked(path, PublishedCheckpoint, "a published checkpoint")


def published_file(repository: str) -> tuple[str, str | None] | None:
    """The weight file of a Hugging Face repository and its SHA-256, as far as they are published.

    Returns:
        None for a repository that `presets/checkpoints` does not name.
    """
    for name in presets_index.checkpoint_names():
        place = published_checkpoint(name).hugging_face
        if place.repository == repository:
            return place.file, place.sha256
    return None
