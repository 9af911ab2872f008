"""What is tried: every option of nbstripout that says what goes."""

from rules import Rules

SIZES = ("1", "17", "18", "19", "60", "200", "1k", "10K", "1M", "1g")
TYPES = (
    "stream",
    "stream:stderr",
    "stream:stdout",
    "error",
    "display_data",
    "execute_result",
    "pyout",
)
KEYS = (
    "metadata.kernelspec",
    "metadata.language_info.version",
    "cell.metadata.slideshow",
    "cell.metadata.jupyter.outputs_hidden",
    "cell.metadata.name",
)
DOTTED_KEYS = ("metadata.a.b.c", "metadata.a.b", "cell.metadata.a.b", "cell.metadata.a.b.c")
# By these a notebook says which outputs stay; the next strip finds it silent.
SAYING_KEYS = (
    "cell.metadata.tags",
    "cell.metadata.keep_output",
    "cell.metadata.init_cell",
    "metadata.keep_output",
)

# What an option does to a notebook of Jupyter, by a name for it.
OPTIONS = {
    "default": Rules(keep_id=False),
    "--keep-id": Rules(),
    "--keep-id, and more keys": Rules(more_keys=True),
    "--keep-output": Rules(keep_output=True),
    "--keep-count": Rules(keep_count=True),
    "--keep-output --keep-count": Rules(keep_output=True, keep_count=True),
    "--extra-keys": Rules(extra_keys=KEYS),
    "--extra-keys, what says keep": Rules(extra_keys=SAYING_KEYS),
    "--extra-keys, dotted": Rules(extra_keys=DOTTED_KEYS),
    "--extra-keys, of the cell": Rules(
        extra_keys=("cell.attachments", "cell.language", "cell.unknown.a")
    ),
    "--extra-keys, more keys": Rules(extra_keys=("metadata.vscode.other", *KEYS), more_keys=True),
    "--keep-metadata-keys": Rules(keep_keys=("cell.metadata.collapsed", "metadata.widgets")),
    "--keep-metadata-keys, more keys": Rules(
        keep_keys=("cell.metadata.scrolled", "metadata.papermill", "metadata.vscode.interpreter"),
        more_keys=True,
    ),
    "--keep-metadata-keys, transient": Rules(
        keep_keys=("metadata.signature", "cell.metadata.trusted")
    ),
    "--keep-metadata-keys, part": Rules(
        extra_keys=("metadata.a", "cell.metadata.a.b"),
        keep_keys=("metadata.a.b", "cell.metadata.a"),
    ),
    "--extra-keys and --keep-metadata-keys": Rules(
        extra_keys=(*KEYS, *DOTTED_KEYS), keep_keys=("cell.metadata.name", "cell.metadata.hidden")
    ),
    "--drop-empty-cells": Rules(drop_empty=True),
    "--drop-empty-cells, ids": Rules(drop_empty=True, keep_id=False),
    "--drop-tagged-cells": Rules(drop_tags=("remove",)),
    "--drop-tagged-cells, ids": Rules(drop_tags=("parameters",), keep_id=False),
    "--drop-tagged-cells, several": Rules(drop_tags=("remove", "parameters", "keep_output")),
    "--strip-init-cells": Rules(strip_init=True),
    "--strip-init-cells --keep-output": Rules(strip_init=True, keep_output=True),
    **{f"--max-size {size}": Rules(max_size=size) for size in SIZES},
    "--max-size --keep-output": Rules(max_size="60", keep_output=True),
    "--max-size --keep-count": Rules(max_size="200", keep_count=True),
    **{f"--drop-output-type {kind}": Rules(keep_output=True, drop_types=(kind,)) for kind in TYPES},
    "--drop-output-type alone": Rules(drop_types=("error",)),
    "--drop-output-type, several": Rules(keep_output=True, drop_types=("stream:stderr", "error")),
    "--drop-output-type --max-size": Rules(drop_types=("stream",), max_size="1k"),
    **{f"--keep-output-type {kind}": Rules(keep_types=(kind,)) for kind in TYPES},
    "--keep-output-type, several": Rules(keep_types=("stream:stdout", "execute_result")),
    "--keep-output-type --keep-output": Rules(keep_types=("stream",), keep_output=True),
    "--keep-output-type --drop-output-type": Rules(
        keep_types=("stream",), drop_types=("stream:stderr",)
    ),
    "--keep-output-type --max-size": Rules(keep_types=("error",), max_size="60"),
    "--keep-output-type --keep-count": Rules(keep_types=("execute_result",), keep_count=True),
    "--keep-output-type --strip-init-cells": Rules(keep_types=("stream",), strip_init=True),
    "all that drop": Rules(
        keep_id=False,
        extra_keys=KEYS,
        drop_empty=True,
        drop_tags=("remove", "solution"),
        strip_init=True,
    ),
    "all that keep": Rules(
        keep_output=True, keep_count=True, keep_keys=("cell.metadata.scrolled", "metadata.widgets")
    ),
    "all at once": Rules(
        keep_output=True,
        keep_count=True,
        drop_empty=True,
        drop_tags=("remove",),
        strip_init=True,
        max_size="200",
        drop_types=("error",),
        keep_types=("stream",),
        extra_keys=KEYS,
        more_keys=True,
    ),
}

# The same for notebooks of Zeppelin.
ZEPPELIN_OPTIONS = {
    "--mode zeppelin": Rules(zeppelin=True),
    "--mode zeppelin --keep-output": Rules(zeppelin=True, keep_output=True),
    "--mode zeppelin, other options": Rules(
        zeppelin=True, keep_id=False, drop_empty=True, max_size="1k", keep_count=True
    ),
}

# What nbstripout lets pass or trips over, and nbweave calls a usage error.
USAGE_ERRORS = (
    ("--extra-keys=foo", "nbstripout ignores an extra key that is none"),
    ("--extra-keys=foo.bar", "the same"),
    ("--keep-metadata-keys=foo", "nbstripout ignores any key it does not remove"),
    ("--extra-keys=cell.source", "nbstripout writes a notebook without sources"),
    ("--extra-keys=cell.outputs", "nbformat fails to write the notebook"),
    ("--extra-keys=cell.cell_type", "nbformat fails to write the notebook"),
    ("--keep-output-type=stream:", "there is no stream without a name"),
    ("--max-size=10kb", "nbstripout ends with a traceback"),
    ("--max-size=1.5k", "nbstripout ends with a traceback"),
    ("--max-size=-1", "nbstripout takes it for a size; nothing is smaller"),
    ("--no-such-option", "the same in both"),
)
