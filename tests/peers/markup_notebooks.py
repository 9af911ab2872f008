"""Makes small notebooks at random, of lines that mean something to Markdown."""

import random

WORDS = "alpha beta $x$ `code` **bold** [l](u) <b>h</b> 100% a|b # ! & _x_ caf\u00e9 \u6f22\u5b57".split()

MARKDOWN_LINES = """\
```
````
```python
```bash -x
```nobody
```{note}
```{code-cell}
```{code-cell} ipython3
``` python
```python .noeval
~~~
~~~~
    indented
- item
  - inner
1. one
> quote
> ```
- ```
  ```
+++
+++ {"a": 1}
+++ no JSON
+ item
% comment
%% x
(target)=
<!-- #region -->
<!-- #region Title a=1 -->
<!-- #endregion -->
<!-- #md -->
<!-- #endmd -->
<!-- #raw -->
<!-- #endraw -->
<!-- #other -->
<!--
-->
<div>
</div>
<pre>
</pre>
<script>
---
***
===
# Heading
# %% x
[ref]: http://x 'title'
| a | b |
|---|---|
:key: value
  trailing\x20\x20
%%bash
!ls
'''""".split("\n")

CODE_LINES = """\
x = 1
print('hi')
for i in x:
    pass
import os
# comment
```
````
  ```
s = '''
'''
# %% x
%%time
%matplotlib inline
!ls -l
?foo
foo?
# %magic
:x: 1
  :y
---
--- a
+++
<!-- #region -->
<!-- #endraw -->
it's
def f():
    return 1
class A:
""".split("\n")

MAGICS = ["bash", "html", "R", "sql", "python", "python3", "nobody", "time", "script"]
LANGUAGES = ["python"] * 5 + ["R", "julia", "bash", "c++", "C++17", None]
KEYS = ["a", "b", "foo.bar", "x-y", "x/y", "slideshow", "label", "hide_input", "Key"]
VALUES = [
    True, False, 0, 12, -1.5, 1e20, 100000.0, "", "a", "a b", "true", "no", "1", "x: y", "- a", "# c", "'q'", '"d"',
    "caf\u00e9", "=", "a=b", "{", "2020-01-01", "null", "~", "a\nb", " x", "@a", "-->", "a: b, c", "1e3", "12:30", "word " * 30,
]  # fmt: skip


def notebook(seed):
    """Returns the notebook of a number."""
    r = random.Random(seed)
    language = r.choice(LANGUAGES)
    metadata = {}
    if language:
        metadata["kernelspec"] = {"display_name": language, "language": language, "name": language.lower()}
        if r.random() < 0.7:
            metadata["language_info"] = {"name": language, "pygments_lexer": r.choice(["ipython3", language])}
    cells = [cell(r) for _ in range(r.randint(1, 7))]
    if r.random() < 0.1:
        front = r.choice(["title: x", "title: 'x'\nauthor:\n- a\n- b", "# c\ndate: 2020-01-01"])
        cells.insert(0, {"cell_type": "raw", "source": f"---\n{front}\n---", "metadata": {}})
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}


def cell(r):
    kind = r.choices(["markdown", "code", "raw"], [5, 4, 1])[0]
    lines = MARKDOWN_LINES if kind == "markdown" else CODE_LINES
    source = "\n".join(line(r, lines) for _ in range(r.randint(0, 7)))
    if kind == "code" and r.random() < 0.15:
        source = "%%" + r.choice(MAGICS) + r.choice(["", " -s 'a'", " ", '  a=1 "b"']) + "\n" + source
    if r.random() < 0.15:
        source += r.choice(["\n", "\n\n", "  ", " \n"])
    if r.random() < 0.07:
        source = r.choice(["\n", "\n\n"]) + source
    made = {"cell_type": kind, "source": source, "metadata": {}}
    if kind == "code":
        made.update(outputs=[], execution_count=None)
    if r.random() < 0.3:
        made["metadata"] = {r.choice(KEYS): value(r, 0) for _ in range(r.randint(1, 3))}
    if r.random() < 0.1:
        made["metadata"]["tags"] = r.sample(["one", "hide-input", "a b", "parameters"], r.randint(0, 3))
    return made


def line(r, known):
    choice = r.random()
    if choice < 0.45:
        return " ".join(r.choice(WORDS) for _ in range(r.randint(1, 6)))
    return "" if choice < 0.62 else r.choice(known)


def value(r, depth):
    choice = r.random()
    if depth < 2 and choice < 0.15:
        return [value(r, depth + 1) for _ in range(r.randint(0, 3))]
    if depth < 2 and choice < 0.3:
        return {r.choice(KEYS): value(r, depth + 1) for _ in range(r.randint(0, 3))}
    return r.choice(VALUES)
