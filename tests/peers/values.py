"""Notebooks as values: what a file says, whatever way it is written."""

import json

# What nbformat 2 and 3 split into lines.
OLD_TEXT_KEYS = (
    *("input", "source", "rendered"),
    *("text", "html", "svg", "latex", "javascript", "json"),
)


def read(data):
    """Returns the value of a notebook file; of repeated keys the last counts."""
    return json.loads(data.decode("utf-8-sig"))


class Number(str):
    """A number as it is written in a file."""


class Members(dict):
    """An object that remembers the values of repeated keys."""

    def __init__(self, pairs=()):
        super().__init__(pairs)
        last = {key: index for index, (key, _) in enumerate(pairs)}
        self.hidden = [value for index, (key, value) in enumerate(pairs) if last[key] != index]


def read_as_written(data):
    """Returns the value of a file with numbers as they are written, and with
    the values of repeated keys."""
    hooks = {"parse_int": Number, "parse_float": Number, "parse_constant": Number}
    return json.loads(data.decode("utf-8-sig"), object_pairs_hook=Members, **hooks)


def every_value(members):
    """Returns the values of an object, those of repeated keys each."""
    return [*members.values(), *getattr(members, "hidden", [])]


def major(notebook):
    """Returns the major version of the format; 4 if the file does not say."""
    return int(float(notebook.get("nbformat", 4)))


def sheets(notebook):
    """Returns what has `cells`: the worksheets of old formats, or the notebook."""
    old = major(notebook) < 4 and "worksheets" in notebook
    return notebook["worksheets"] if old else [notebook]


def cells(notebook):
    """Returns all cells, those of worksheets one after the other."""
    return [cell for sheet in sheets(notebook) for cell in sheet["cells"]]


def joined(notebook, peer=False):
    """Joins text that is a list of lines, in place, as nbformat reads it.

    `peer` tells that nbformat 3 wrote the file. Its reader cannot join what its
    writer splits at line ends other than LF and CR, so nothing may come between
    those lines.
    """
    join = {2: "\n".join, 3: "".join if peer else _join_3}.get(major(notebook), "".join)
    if "paragraphs" in notebook:
        return notebook
    for cell in cells(notebook):
        if major(notebook) < 4:
            for owner in (cell, *(cell.get("outputs") or [])):
                _join_keys(owner, OLD_TEXT_KEYS, join)
            continue
        _join_keys(cell, ("source",), join)
        for bundle in cell.get("attachments", {}).values():
            _join_bundle(bundle, join)
        for output in cell.get("outputs") or []:
            if output.get("output_type") in ("execute_result", "display_data"):
                _join_bundle(output.get("data", {}), join)
            else:
                _join_keys(output, ("text",), join)
    return notebook


def _join_3(lines):
    return ("" if lines and lines[0].endswith(("\n", "\r")) else "\n").join(lines)


def _join_keys(owner, keys, join):
    for key in keys:
        value = owner.get(key)
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            owner[key] = join(value)


def _join_bundle(bundle, join):
    def is_json(mime):
        return mime == "application/json" or (
            mime.startswith("application/") and mime.endswith("+json")
        )

    _join_keys(bundle, [mime for mime in bundle if not is_json(mime)], join)


def blurred(notebook):
    """Leaves of the text of nbformat 2, in place, what its writer keeps: lines.
    It loses line ends, with every pass one at the end."""
    if "worksheets" in notebook and major(notebook) == 2:
        for cell in cells(notebook):
            for owner in (cell, *(cell.get("outputs") or [])):
                for key in OLD_TEXT_KEYS:
                    if isinstance(owner.get(key), str):
                        owner[key] = "\n".join(owner[key].splitlines()).rstrip("\n")
    return notebook


def difference(ours, theirs, place=""):
    """Returns the first place where two values differ, and how; None if equal.

    Other than for `==`, 1, 1.0 and true are three values, and NaN is one.
    """
    if type(ours) is not type(theirs):
        return f"{place or '/'}: {_short(ours)} against {_short(theirs)}"
    if isinstance(ours, dict):
        for key in list(ours) + [key for key in theirs if key not in ours]:
            if key not in theirs:
                return f"{place}/{key}: only nbweave has it: {_short(ours[key])}"
            if key not in ours:
                return f"{place}/{key}: only nbstripout has it: {_short(theirs[key])}"
            found = difference(ours[key], theirs[key], f"{place}/{key}")
            if found:
                return found
        return None
    if isinstance(ours, list):
        for index, (one, other) in enumerate(zip(ours, theirs)):
            found = difference(one, other, f"{place}/{index}")
            if found:
                return found
        if len(ours) != len(theirs):
            return f"{place}: {len(ours)} items against {len(theirs)}"
        return None
    if ours == theirs or (ours != ours and theirs != theirs):
        return None
    return f"{place or '/'}: {_short(ours)} against {_short(theirs)}"


def _short(value):
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."
