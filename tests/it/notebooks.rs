//! Small notebooks.

/// A notebook that has run, as Jupyter writes it.
pub(crate) const RAN: &str = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "title",
   "metadata": {},
   "source": [
    "# Title"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "hello",
   "metadata": {
    "scrolled": true,
    "tags": [
     "greeting"
    ]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "hello\n"
     ]
    }
   ],
   "source": [
    "print('hello')"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Python 3",
   "language": "python",
   "name": "python3"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;

/// [`RAN`] without what running it left behind.
pub(crate) const STRIPPED: &str = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "title",
   "metadata": {},
   "source": [
    "# Title"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "hello",
   "metadata": {
    "tags": [
     "greeting"
    ]
   },
   "outputs": [],
   "source": [
    "print('hello')"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Python 3",
   "language": "python",
   "name": "python3"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;

/// Not JSON from line 3 on.
pub(crate) const BROKEN: &str = "{\n \"cells\": [\n  {\"cell_type\" \"code\"}\n ]\n}\n";

/// A notebook with these cells, a line each.
pub(crate) fn notebook(cells: &[&str]) -> String {
    notebook_with("", cells)
}

/// A notebook with metadata, given by the members of that, and cells.
pub(crate) fn notebook_with(metadata: &str, cells: &[&str]) -> String {
    let cells = cells.join(",\n  ");
    format!(
        "{{\n \"cells\": [\n  {cells}\n ],\n \"metadata\": {{{metadata}}},\n \"nbformat\": 4,\n \
         \"nbformat_minor\": 5\n}}\n"
    )
}

/// A code cell with a count, the members of its metadata and the elements of
/// its outputs.
pub(crate) fn code(count: &str, metadata: &str, outputs: &str) -> String {
    format!(
        r#"{{"cell_type": "code", "execution_count": {count}, "id": "a", "metadata": {{{metadata}}}, "outputs": [{outputs}], "source": ["x"]}}"#
    )
}

/// A notebook of one such cell.
pub(crate) fn one_code(count: &str, metadata: &str, outputs: &str) -> String {
    notebook(&[&code(count, metadata, outputs)])
}

/// An output: printed text.
pub(crate) const STDOUT: &str = r#"{"name": "stdout", "output_type": "stream", "text": ["hi\n"]}"#;

/// An output: a warning.
pub(crate) const STDERR: &str = r#"{"name": "stderr", "output_type": "stream", "text": ["hm\n"]}"#;

/// An output: an exception.
pub(crate) const ERROR: &str =
    r#"{"ename": "E", "evalue": "v", "output_type": "error", "traceback": ["t"]}"#;

/// An output: a picture, also in words.
pub(crate) const PICTURE: &str = r#"{"data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]}, "metadata": {}, "output_type": "display_data"}"#;

/// An output: a value, with the count of its cell.
pub(crate) fn value(count: &str) -> String {
    format!(
        r#"{{"data": {{"text/plain": ["2"]}}, "execution_count": {count}, "metadata": {{}}, "output_type": "execute_result"}}"#
    )
}

/// A notebook of more than a megabyte, all of it source.
pub(crate) fn long_notebook(count: &str) -> String {
    let line = "\"x = 'some line of a program that is long enough to be one'\\n\",";
    let source = line.repeat(20_000);
    notebook(&[&format!(
        r#"{{"cell_type": "code", "execution_count": {count}, "id": "a", "metadata": {{}}, "outputs": [], "source": [{source} "y"]}}"#
    )])
}
