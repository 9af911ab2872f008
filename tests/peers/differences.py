"""Where nbweave means to do something else than nbstripout.

Each difference turns nbstripout's result into the one nbweave has to give,
from the file, the options and, where it can, from what nbstripout itself says
when it is asked in another way. So a difference is checked to be exactly what
is written here, no more and no less. The reason is its doc comment.

There are three sorts. A question asks nbstripout something else. Those about
outputs say which stay. A correction changes what nbstripout says.
"""

import copy
import re
from dataclasses import dataclass, field, replace

import values
from nbstripout_peer import PeerFailed
from rules import NBSTRIPOUT_KEYS, TRANSIENT_KEYS

COUNTS = ("execution_count", "prompt_number")

# Python takes these four for blanks, Unicode does not.
SEPARATORS = "\x1c\x1d\x1e\x1f"


@dataclass
class Case:
    """One notebook stripped by one set of rules."""

    data: bytes
    rules: object
    # Strips a file by rules with nbstripout, and returns the file.
    peer: object
    # The file, as nbformat reads it and as it can be compared.
    read: object = field(init=False)
    before: object = field(init=False)
    expected: object = None

    def __post_init__(self):
        self.read = values.joined(values.read(self.data))
        self.before = values.blurred(copy.deepcopy(self.read))

    def is_old(self):
        return values.major(self.before) < 4

    def cells(self, notebook):
        """Returns the cells of a form of the file that stay."""
        goes = [drops(cell, self.rules) for cell in values.cells(self.read)]
        return [cell for cell, gone in zip(values.cells(notebook), goes) if not gone]

    def pairs(self):
        """Returns the cells that stay, as they were and as they have to be."""
        return list(zip(self.cells(self.before), values.cells(self.expected)))


def drops(cell, rules):
    """Whether a cell goes as a whole."""
    return (rules.drop_empty and is_blank(cell)) or has_tag(cell, rules)


def has_tag(cell, rules):
    return any(tag in listed_tags(cell) for tag in rules.drop_tags)


def is_blank(cell):
    text = "".join(cell.get("source") or cell.get("input") or "")
    return not text.strip() and not set(text) & set(SEPARATORS)


def listed_tags(cell):
    tags = cell.get("metadata", {}).get("tags", [])
    return tags if isinstance(tags, list) else []


def says_keep(cell, rules):
    """What a cell says of its outputs: that they stay, go, or nothing."""
    metadata = cell.get("metadata", {})
    if "init_cell" in metadata:
        return bool(metadata["init_cell"]) and not rules.strip_init
    if "keep_output" in listed_tags(cell):
        return True
    return bool(metadata["keep_output"]) if "keep_output" in metadata else None


def without_cells(data, goes):
    """Returns a file without some of its cells."""
    notebook = values.read(data)
    for sheet in values.sheets(notebook):
        sheet["cells"] = [cell for cell in sheet["cells"] if not goes(cell)]
    return values.json.dumps(notebook).encode()


def contradicts_itself(case):
    """Whether a cell that stays says both that its outputs stay and go."""
    return any(
        "keep_output" in listed_tags(cell)
        and "init_cell" not in cell["metadata"]
        and not cell["metadata"].get("keep_output", True)
        for cell in case.cells(case.read)
    )


def expected(case, without=None):
    """Returns what nbweave has to make of a case, `without` one difference."""
    zeppelin = case.rules.zeppelin
    questions = [] if zeppelin else QUESTIONS
    questions = [one for one in questions if one is not without and one.concerns(case)]
    case.expected = answer(case, questions)
    if not zeppelin:
        correct_outputs(case, [one for one in OUTPUTS if one is not without])
    for correction in [zeppelin_outputs_can_be_kept] if zeppelin else CORRECTIONS:
        if correction is not without:
            correction(case)
    return case.expected


def that_matter(case):
    """Returns the names of the differences that a case shows."""

    def is_whole(give):
        try:
            return not values.difference(give(), whole)
        except PeerFailed:
            return False

    whole = expected(case)
    if is_whole(lambda: answer(case, ())):
        return []
    candidates = [*QUESTIONS, *OUTPUTS, *CORRECTIONS, zeppelin_outputs_can_be_kept]
    matter = [one.__name__ for one in candidates if not is_whole(lambda: expected(case, one))]
    return matter or [TOGETHER]


def answer(case, questions):
    """Returns what nbstripout says when these questions are asked."""
    data, rules = case.data, case.rules
    for question in questions:
        data = question.file(case, data)
        rules = question.rules(case, rules)
    result = values.blurred(values.joined(values.read(case.peer(data, rules)), peer=True))
    for question in questions:
        question.finish(case, result)
    return result


class Question:
    """Something else to ask nbstripout; this one asks the same."""

    @staticmethod
    def concerns(case):
        return True

    @staticmethod
    def file(case, data):
        return data

    @staticmethod
    def rules(case, rules):
        return rules

    @staticmethod
    def finish(case, result):
        pass


class tags_are_a_list(Question):
    """A string is no list of tags. nbstripout finds the tag `test` in
    `"tags": "no-tests"`, as it is part of the string."""

    @staticmethod
    def concerns(case):
        tags = [cell.get("metadata", {}).get("tags", []) for cell in values.cells(case.before)]
        return any(not isinstance(one, list) for one in tags)

    @staticmethod
    def file(case, data):
        notebook = values.read(data)
        for cell in values.cells(notebook):
            metadata = cell.get("metadata", {})
            if not isinstance(metadata.get("tags", []), list):
                metadata["no tags"] = metadata["tags"]
                metadata["tags"] = []
        return values.json.dumps(notebook).encode()

    @staticmethod
    def finish(case, result):
        for cell in values.cells(result):
            metadata = cell.get("metadata", {})
            if "no tags" in metadata:
                tags = metadata.pop("no tags")
                if "tags" in metadata:
                    metadata["tags"] = tags


class all_of_several_tags_count(Question):
    """Cells with any of several tags go. nbstripout only looks for the last."""

    @staticmethod
    def concerns(case):
        return len(case.rules.drop_tags) > 1

    @staticmethod
    def file(case, data):
        return without_cells(data, lambda cell: has_tag(cell, case.rules))

    @staticmethod
    def rules(case, rules):
        return replace(rules, drop_tags=())


class only_blank_cells_are_empty(Question):
    """A cell is empty if its source is blank, by Unicode. nbstripout drops all
    code of nbformat 2 and 3, since it looks for `source` and not for `input`,
    and takes the four separators of ASCII for blanks."""

    @staticmethod
    def concerns(case):
        if not case.rules.drop_empty:
            return False
        cells = values.cells(case.before)
        return case.is_old() or any(set(cell.get("source", "")) & set(SEPARATORS) for cell in cells)

    @staticmethod
    def file(case, data):
        return without_cells(data, is_blank)

    @staticmethod
    def rules(case, rules):
        return replace(rules, drop_empty=False)


class a_kept_key_keeps_what_it_lies_in(Question):
    """To keep a key keeps all that is in it, and what it lies in. nbstripout
    keeps it only from a key that is spelled the same."""

    @staticmethod
    def concerns(case):
        return bool(kept_keys(case.rules) - set(case.rules.keep_keys))

    @staticmethod
    def rules(case, rules):
        return replace(rules, keep_keys=tuple(sorted(kept_keys(rules))))


def kept_keys(rules):
    """Returns the keys that would go, but are kept."""

    def holds(one, other):
        return (other + ".").startswith(one + ".")

    return {
        key
        for key in (*NBSTRIPOUT_KEYS, *rules.all_extra_keys())
        for kept in rules.keep_keys
        if holds(key, kept) or holds(kept, key)
    }


QUESTIONS = [
    tags_are_a_list,
    all_of_several_tags_count,
    only_blank_cells_are_empty,
    a_kept_key_keeps_what_it_lies_in,
]


def ids_are_never_made_up(case):
    """Cells without an id stay without, and repeated ids stay as they are.
    nbformat gives new ones as it reads, and with --keep-id random ones."""
    for old, new in case.pairs():
        if "id" not in old:
            new.pop("id", None)
        elif case.rules.keep_id:
            new["id"] = old["id"]


def outputs_have_counts_in_old_formats(case):
    """`prompt_number` of an output goes like that of its cell: nbformat 2 and
    3 have it where 4 has `execution_count`."""
    if case.rules.keep_count:
        return
    for cell in values.cells(case.expected):
        for output in cell.get("outputs", []):
            if "prompt_number" in output:
                output["prompt_number"] = None


class Outputs:
    """A difference in which outputs stay."""


class a_cell_that_keeps_its_outputs_keeps_all(Outputs):
    """What a cell says of its outputs wins over --keep-output-type, as it wins
    over --max-size. In nbstripout only outputs of that type stay."""


class types_have_the_names_of_nbformat_4(Outputs):
    """`error` is `pyerr`, too, and `execute_result` is `pyout`: one option for
    all notebooks. A stream of nbformat 2 and 3 has its name in `stream`, and
    one without a name is `stdout`. nbstripout compares what is written."""


class sizes_are_those_in_the_file(Outputs):
    """The size of an output is that of its values as they stand in the file:
    numbers by their digits, lists of lines without the line ends that nbformat
    puts between those of nbformat 2 and 3, values of repeated keys each. Of
    execution counts what is left of them counts, or an output could be too
    large for the next strip. With a limit of 0 nothing stays."""


OUTPUTS = Outputs.__subclasses__()


def correct_outputs(case, active):
    """Puts the outputs where they belong by the differences that are active."""
    forms = [case.cells(values.read_as_written(case.data)), case.cells(case.read), case.pairs()]
    for raw, read, (old, new) in zip(*forms):
        if "outputs" not in old:
            continue
        outputs = [with_null_counts(one, case.rules, COUNTS[:1]) for one in old["outputs"]]

        def chosen(active):
            stay = which_stay(case, read, raw, active)
            return [output for output, stays in zip(outputs, stay) if stays]

        # That nbstripout is understood is part of the comparison.
        if not values.difference(chosen(()), new.get("outputs")):
            new["outputs"] = chosen(active)


def which_stay(case, cell, raw, active):
    """Whether each output of a cell stays."""
    rules = case.rules
    says = says_keep(cell, rules)
    by_default = rules.keep_output or bool(case.read["metadata"].get("keep_output"))
    keeps = by_default if says is None else says
    if rules.keep_types and not (says and a_cell_that_keeps_its_outputs_keeps_all in active):
        keeps = False

    def fits(output, raw):
        if sizes_are_those_in_the_file in active:
            return 0 < rules.size_limit() >= file_size(with_null_counts(raw, rules, COUNTS))
        return peer_size(output, case) <= rules.size_limit()

    def matches(output, kinds):
        if types_have_the_names_of_nbformat_4 in active:
            return any(is_today(output, kind, case) for kind in kinds)
        return any(is_literally(output, kind) for kind in kinds)

    return [
        (keeps or fits(output, raw) or matches(output, rules.keep_types))
        and not matches(output, rules.drop_types)
        for output, raw in zip(cell["outputs"], raw["outputs"])
    ]


def is_literally(output, kind):
    kind, _, name = kind.partition(":")
    return output.get("output_type") == kind and name in ("", output.get("name"))


def is_today(output, kind, case):
    today = {"pyout": "execute_result", "pyerr": "error"}
    kind, _, name = kind.partition(":")
    type_here = output.get("output_type")
    name_here = output.get("name")
    if type_here == "stream":
        name_here = output.get("stream") if case.is_old() else name_here
        name_here = name_here if isinstance(name_here, str) else "stdout"
    return today.get(type_here, type_here) == today.get(kind, kind) and name in ("", name_here)


def file_size(value):
    if isinstance(value, dict):
        return sum(map(file_size, values.every_value(value)))
    return sum(map(file_size, value)) if isinstance(value, list) else len(str(value))


def peer_size(output, case):
    if case.before.get("nbformat") == 2:
        # Images are bytes there, and counted as Python prints those.
        images = {key: str(output[key].encode()) for key in ("png", "jpeg") if key in output}
        output = {**output, **images}
    return file_size(output)


def with_null_counts(output, rules, keys):
    output = copy.copy(output)
    for key in keys:
        if key in output and not rules.keep_count:
            output[key] = None
    return output


def a_dot_can_be_part_of_any_key(case):
    """A key of several parts is found wherever dots can be read that way, and
    everywhere it is. nbstripout takes a dotted name only at the end of the
    path, and then does not look on."""
    kept = kept_keys(case.rules)
    for key in case.rules.all_extra_keys():
        place, _, path = key.partition(".")
        in_cells = place == "cell"
        owners = values.cells(case.expected) if in_cells else [case.expected["metadata"]]
        for owner in owners if key not in kept else []:
            remove(owner, path)


def remove(owner, path):
    for key in list(owner):
        if key == path:
            del owner[key]
        elif path.startswith(key + ".") and isinstance(owner[key], dict):
            remove(owner[key], path[len(key) + 1 :])


def an_object_goes_that_noise_was_alone_in(case):
    """Of `"vscode": {"interpreter": …}` nothing is left, not `"vscode": {}`."""
    if not case.rules.more_keys:
        return
    noise = {*NBSTRIPOUT_KEYS, *case.rules.all_extra_keys()} - set(case.rules.extra_keys)
    for key in noise - kept_keys(case.rules):
        place, path = re.fullmatch(r"(cell\.|)metadata\.(.*)", key).groups()
        for old, new in case.pairs() if place else [(case.before, case.expected)]:
            old, new = old.get("metadata", {}), new.get("metadata", {})
            for name in [name for name in old if path.startswith(name + ".")]:
                held = isinstance(old[name], dict) and path[len(name) + 1 :] in old[name]
                if held and new.get(name) == {}:
                    del new[name]


def what_is_to_be_kept_is_kept(case):
    """--keep-metadata-keys keeps `signature` and the like, too. nbformat drops
    them, whatever nbstripout is told."""
    for key in set(case.rules.keep_keys) & set(TRANSIENT_KEYS):
        name = key.rpartition(".")[2]
        pairs = [(case.before, case.expected)] if key.startswith("metadata") else case.pairs()
        for old, new in pairs:
            if name in old.get("metadata", {}):
                new["metadata"][name] = old["metadata"][name]


def nothing_goes_that_nobody_named(case):
    """Outside of `metadata` all keys stay. nbformat drops `orig_nbformat` of a
    notebook and `trusted` of a cell as it reads nbformat 3."""
    if case.before.get("nbformat") != 3:
        return
    for name in ("orig_nbformat", "orig_nbformat_minor"):
        if name in case.before:
            case.expected[name] = case.before[name]
    for old, new in case.pairs():
        if "trusted" in old:
            new["trusted"] = old["trusted"]


def zeppelin_outputs_can_be_kept(case):
    """--keep-output keeps results of Zeppelin. nbstripout has no options there."""
    if case.rules.keep_output:
        case.expected = case.before


CORRECTIONS = [
    ids_are_never_made_up,
    outputs_have_counts_in_old_formats,
    a_dot_can_be_part_of_any_key,
    an_object_goes_that_noise_was_alone_in,
    what_is_to_be_kept_is_kept,
    nothing_goes_that_nobody_named,
]

# What nbweave refuses though nbstripout strips it, by the start of the message.
REFUSALS = {
    "nbformat 1": "It is refused, as it has no place for outputs that could be stripped.",
}

TOGETHER = "several together"

# The reason for each difference, by its name.
NAMED = {TOGETHER: "Without one of them the others come to the same.", **REFUSALS} | {
    one.__name__: " ".join(one.__doc__.split())
    for one in (*QUESTIONS, *OUTPUTS, *CORRECTIONS, zeppelin_outputs_can_be_kept)
}
