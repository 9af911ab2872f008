"""What both programs are told, and how it is said to each."""

from dataclasses import dataclass

# What nbstripout removes of metadata, by its own list or since nbformat never
# writes it.
NBSTRIPOUT_KEYS = (
    "metadata.signature",
    "metadata.widgets",
    "cell.metadata.collapsed",
    "cell.metadata.ExecuteTime",
    "cell.metadata.execution",
    "cell.metadata.heading_collapsed",
    "cell.metadata.hidden",
    "cell.metadata.scrolled",
)
TRANSIENT_KEYS = (
    "metadata.signature",
    "metadata.orig_nbformat",
    "metadata.orig_nbformat_minor",
    "cell.metadata.trusted",
)

# What nbweave removes, too.
MORE_KEYS = (
    "metadata.varInspector",
    "metadata.toc.nav_menu",
    "metadata.toc.toc_position",
    "metadata.toc.toc_window_display",
    "metadata.nav_menu",
    "metadata.papermill",
    "cell.metadata.papermill",
    "metadata.nteract.version",
    "cell.metadata.nteract.transient",
    "metadata.vscode.interpreter",
    "metadata.interpreter.hash",
    "cell.metadata.gather",
    "metadata.pycharm",
    "cell.metadata.pycharm.is_executing",
    "metadata.colab.authorship_tag",
    "cell.metadata.executionInfo",
    "cell.metadata.outputId",
    "cell.metadata.colab.base_uri",
    "cell.metadata.colab.height",
    "cell.metadata.colab.referenced_widgets",
    "cell.metadata.application/vnd.databricks.v1+cell.cellMetadata",
    "metadata.application/vnd.databricks.v1+notebook.mostRecentlyExecutedCommandWithImplicitDF",
    "metadata.availableInstances",
    "metadata.microsoft.host",
    "metadata.synapse_widget",
    "cell.metadata.cellStatus",
    "metadata.deepnote_execution_queue",
    "cell.metadata.execution_start",
    "cell.metadata.execution_millis",
    "cell.metadata.deepnote_to_be_reexecuted",
)


@dataclass(frozen=True)
class Rules:
    """What is removed and what stays, in the words of nbstripout."""

    keep_output: bool = False
    keep_count: bool = False
    keep_id: bool = True
    extra_keys: tuple = ()
    keep_keys: tuple = ()
    drop_empty: bool = False
    drop_tags: tuple = ()
    strip_init: bool = False
    max_size: str = "0"
    drop_types: tuple = ()
    keep_types: tuple = ()
    zeppelin: bool = False
    # Whether nbweave removes the metadata that it removes by default. If not,
    # both are given nbstripout's keys.
    more_keys: bool = False

    def all_extra_keys(self):
        """Returns the keys that go beyond nbstripout's own."""
        # nbformat drops the transient ones of version 4 by itself.
        return TRANSIENT_KEYS + (MORE_KEYS if self.more_keys else ()) + self.extra_keys

    def nbstripout(self):
        """Returns the arguments for nbstripout."""
        args = self._flags(
            keep_output="--keep-output",
            keep_count="--keep-count",
            keep_id="--keep-id",
            drop_empty="--drop-empty-cells",
            strip_init="--strip-init-cells",
        )
        if self.drop_types:
            args += ["--drop-output-type", *self.drop_types]
        if self.keep_types:
            args += ["--keep-output-type", *self.keep_types]
        if self.zeppelin:
            args += ["--mode", "zeppelin"]
        args += ["--extra-keys", " ".join(self.all_extra_keys())]
        args += ["--keep-metadata-keys", " ".join(self.keep_keys)]
        args += ["--drop-tagged-cells", " ".join(self.drop_tags)]
        return [*args, "--max-size", self.max_size]

    def nbweave(self):
        """Returns the equal arguments for `nbweave strip`."""
        args = self._flags(
            keep_output="--keep-output",
            keep_count="--keep-count",
            drop_empty="--drop-empty-cells",
            strip_init="--strip-init-cells",
        )
        if not self.keep_id:
            args.append("--ids=renumber")
        if self.more_keys:
            keys = self.extra_keys
        else:
            args.append("--keep-metadata")
            keys = (*NBSTRIPOUT_KEYS, *TRANSIENT_KEYS, *self.extra_keys)
        args += [f"--drop-output-type={name}" for name in self.drop_types]
        args += [f"--keep-output-type={name}" for name in self.keep_types]
        for option, words in [
            ("--extra-keys", keys),
            ("--keep-metadata-keys", self.keep_keys),
            ("--drop-tagged-cells", self.drop_tags),
        ]:
            if words:
                args.append(f"{option}={' '.join(words)}")
        if self.max_size != "0":
            args.append(f"--max-size={self.max_size}")
        return args

    def size_limit(self):
        """Returns the size in characters."""
        units = {"K": 10**3, "M": 10**6, "G": 10**9}
        number, unit = self.max_size[:-1], self.max_size[-1:].upper()
        return int(number) * units[unit] if unit in units else int(self.max_size)

    def _flags(self, **options):
        return [option for name, option in options.items() if getattr(self, name)]
