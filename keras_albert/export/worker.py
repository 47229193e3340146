"""The process that writes an artifact, on the backend its format needs, whatever the caller's.

`python -m keras_albert.export.worker JOB.json`, started by `child_process.run_child`. A job has

- "format": a name in `formats.FORMATS`, whose writer is called with the job;
- "source": a preset folder; "target": the folder to write into; "scratch": a folder for more;
- "sequence_length": S or null; "depth": a fixed number of layers, or null: the depth is an input
  where the layers allow it, `named_outputs.depth_can_be_input`;
- "calibration": texts to measure activations on, or null for those of the package;
- "quantize": one of the format's, or null; "options": the format's further options by name.
"""

import json
import sys
from pathlib import Path

from keras_albert.errors import InputError
from keras_albert.export.formats import FORMATS
from keras_albert.files import write_json
from keras_albert.runtime.task_kinds import load_named


def main(job_path: str) -> int:
    """Does the job; an `InputError` is written to job["error"] as the one line it is."""
    job = json.loads(Path(job_path).read_text("utf-8"))
    try:
        load_named(FORMATS[job["format"]].writer)(job)
    except InputError as error:
        write_json(job["error"], {"message": str(error)})
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
