// Notebooks for the pages that are looked at: a small one with everything, a
// long one, one that means harm.

import { deflateSync } from "node:zlib";

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([head, body, tail]);
}

/** Returns a PNG whose pixels `color(x, y)` gives as [red, green, blue]. */
export function png(width, height, color, claim = [width, height]) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.set(color(x, y), y * (1 + width * 3) + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(claim[0], 0);
  head.writeUInt32BE(claim[1], 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]).toString("base64");
}

/** A plot of a curve, with axes. */
export function plot(shift, color = [31, 98, 180]) {
  return png(420, 240, (x, y) => {
    if (x === 30 || y === 215) return [120, 120, 120];
    const curve = 115 - 70 * Math.sin((x - 30) / 45 + shift) * Math.exp(-(x - 30) / 500);
    if (x > 30 && Math.abs(y - curve) < 2.2) return color;
    if (x > 30 && y % 40 === 15) return [235, 235, 235];
    return [255, 255, 255];
  });
}

let nextId = 0;
const id = () => `cell-${(nextId += 1)}`;

export const code = (source, outputs = [], count = null, extra = {}) => ({
  cell_type: "code",
  execution_count: count,
  id: id(),
  metadata: {},
  outputs,
  source,
  ...extra,
});
export const markdown = (source, extra = {}) => ({
  cell_type: "markdown",
  id: id(),
  metadata: {},
  source,
  ...extra,
});
export const shown = (data, metadata = {}) => ({ output_type: "display_data", data, metadata });
export const stream = (text, name = "stdout") => ({ output_type: "stream", name, text });
export const file = (cells, metadata = {}) =>
  `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;

const clone = (value) => structuredClone(value);

const table = (rows) =>
  `<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: right;">\n      <th></th>\n` +
  "      <th>depth</th>\n      <th>lr</th>\n      <th>score</th>\n    </tr>\n  </thead>\n  <tbody>\n" +
  rows
    .map(
      (row, at) =>
        `    <tr>\n      <th>${at}</th>\n${row.map((cell) => `      <td>${cell}</td>\n`).join("")}    </tr>\n`,
    )
    .join("") +
  "  </tbody>\n</table>";

/** Two versions of a notebook in which about everything changed. */
export function sample() {
  nextId = 0;
  const old = [
    markdown("# Fitting the model\n\nWe minimise $L(w) = \\sum_i (y_i - w^T x_i)^2$ over 10 epochs.\n\n- *load* the data\n- fit it\n"),
    code("import numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import LinearRegression\n", [], 1),
    code(
      'def load(path, sep=","):\n    """Return the table at `path`."""\n    frame = pd.read_csv(path, sep=sep)\n    frame = frame.dropna()\n    return frame\n\ndata = load("data.csv")\nprint(len(data))\n',
      [stream("1024\n")],
      2,
    ),
    code("data.describe()\n", [], 3),
    code(
      "plt.plot(history.loss)\n",
      [shown({ "image/png": plot(0), "text/plain": "<Figure size 640x480 with 1 Axes>" })],
      4,
    ),
    code("# helper that is not used any more\ndef unused():\n    pass\n", [], 5),
    code(
      "scores = grid_search(model, data)\nscores.head()\n",
      [
        {
          output_type: "execute_result",
          execution_count: 6,
          data: {
            "text/html": table([
              ["2", "0.10", "0.871"],
              ["4", "0.10", "0.902"],
              ["8", "0.10", "0.911"],
              ["8", "0.01", "0.893"],
              ["16", "0.01", "0.899"],
            ]),
            "text/plain": "   depth    lr  score\n0      2  0.10  0.871\n1      4  0.10  0.902\n2      8  0.10  0.911\n3      8  0.01  0.893\n4     16  0.01  0.899",
          },
          metadata: {},
        },
      ],
      6,
    ),
    code("x = 1\n", [], 7),
    code("y = 2\n", [], 8),
    code("z = 3\n", [], 9),
    code("def evaluate(model, x, y):\n    prediction = model.predict(x)\n    return score(prediction, y)\n\n\ndef report(model):\n    print(model)\n    print(model.coef_)\n", [], 10),
    code(
      "model.fit(data)\n",
      [
        stream("epoch 1 loss 0.90\nepoch 2 loss 0.71\nepoch 3 loss 0.65\n"),
        {
          output_type: "error",
          ename: "ValueError",
          evalue: "shapes do not match",
          traceback: [
            "\u001b[0;31m---------------------------------------------------------------------------\u001b[0m",
            "\u001b[0;31mValueError\u001b[0m                                Traceback (most recent call last)",
            "Cell \u001b[0;32mIn[11], line 1\u001b[0m\n\u001b[0;32m----> 1\u001b[0m model\u001b[38;5;241m.\u001b[39mfit(data)",
            "\u001b[0;31mValueError\u001b[0m: shapes do not match",
          ],
        },
      ],
      11,
    ),
    markdown("## Conclusion\n\nThe model is *good enough*.\n"),
    code("model.save()\n", [], 12, { metadata: { tags: ["export"] } }),
  ];
  const next = clone(old);
  next[0].source =
    "# Fitting the model\n\nWe minimise $$L(w) = \\sum_{i=1}^n \\frac{1}{2}(y_i - w^T x_i)^2 + \\lambda \\|w\\|^2$$ over 20 epochs.\n\n| step | what |\n|---|---|\n| 1 | *load* the data |\n| 2 | fit it |\n";
  next[2].source =
    'def load(path, sep=",", limit=None):\n    """Return the table at `path`."""\n    frame = pd.read_csv(path, sep=sep, nrows=limit)\n    frame = frame.dropna().reset_index(drop=True)\n    return frame\n\ndata = load("data/train.csv")\nprint(len(data))\n';
  next[2].outputs = [stream("2048\n")];
  next[2].execution_count = 14;
  next[4].outputs = [
    shown({ "image/png": plot(0.6, [190, 60, 40]), "text/plain": "<Figure size 640x480 with 1 Axes>" }),
  ];
  next[4].execution_count = 16;
  next[6].outputs[0].execution_count = 18;
  next[6].outputs[0].data["text/html"] = table([
    ["2", "0.10", "0.871"],
    ["4", "0.10", "0.915"],
    ["8", "0.10", "0.911"],
    ["8", "0.01", "0.893"],
    ["16", "0.01", "0.927"],
  ]);
  next[6].outputs[0].data["text/plain"] = next[6].outputs[0].data["text/plain"]
    .replace("0.902", "0.915")
    .replace("0.899", "0.927");
  next[6].execution_count = 18;
  next[11].outputs = [
    stream("epoch 1 loss 0.90\nepoch 2 loss 0.60\nepoch 3 loss 0.42\nepoch 4 loss 0.40\n"),
    shown({
      "image/svg+xml":
        "<svg xmlns='http://www.w3.org/2000/svg' width='160' height='60'><rect width='160' height='60' fill='#eef'/><circle cx='40' cy='30' r='20' fill='#46a'/><text x='70' y='36'>drawing</text></svg>",
      "text/plain": "<IPython.core.display.SVG object>",
    }),
    shown({
      "application/vnd.jupyter.widget-view+json": { model_id: "0a1b", version_major: 2 },
      "text/plain": "IntSlider(value=3)",
    }),
    shown({ "application/javascript": "alert('never')", "text/plain": "<IPython.core.display.Javascript object>" }),
  ];
  next[13].metadata = { tags: ["export", "slow"], collapsed: true };
  const [evaluate] = next.splice(10, 1);
  const end = evaluate.source.indexOf("def report");
  const report = code(evaluate.source.slice(end), [], 21);
  evaluate.source = `${evaluate.source.slice(0, end).trimEnd()}\n`;
  next.splice(10, 0, evaluate, report);
  next.splice(5, 1);
  const [moved] = next.splice(3, 1);
  next.splice(12, 0, moved);
  next.splice(
    4,
    0,
    code(
      "residuals = data.y - model.predict(data.x)\nresiduals.hist(bins=40)\n",
      [
        shown({ "image/png": plot(1.4, [20, 130, 90]), "text/plain": "<Figure size 640x480 with 1 Axes>" }),
        shown({ "text/html": table([["2", "0.10", "0.871"], ["4", "0.10", "0.915"]]) }),
      ],
      17,
    ),
  );
  return [
    file(old, { kernelspec: { name: "python3", display_name: "Python 3" }, language_info: { name: "python", version: "3.11.4" } }),
    file(next, { kernelspec: { name: "python3", display_name: "Python 3.12" }, language_info: { name: "python", version: "3.12.1" } }),
  ];
}

/** Two versions of a notebook of many cells, one in ten of which changed. */
export function long(count) {
  nextId = 0;
  const cells = Array.from({ length: count }, (_, at) =>
    at % 4 === 0
      ? markdown(`## Section ${at}\n\nText of section ${at} with some *words* in it.\n`)
      : code(
          Array.from({ length: 8 }, (_, line) => `value_${line} = compute(${at}, ${line})`).join("\n"),
          [stream(`result ${at}\n`)],
          at,
        ),
  );
  const next = clone(cells);
  next.forEach((cell, at) => {
    if (at % 10 === 3) cell.source = cell.source.replace(`(${at}, 3)`, `(${at}, 33)`);
    if (at % 20 === 4) cell.source += "One more line.\n";
    if (at % 10 === 7 && cell.outputs) cell.outputs = [stream(`another result ${at}\n`)];
  });
  return [file(cells), file(next)];
}

/** What would call out, if anything of it ran or loaded. */
const away = "http://127.0.0.1:9/stolen";

/** Two versions of a notebook that tries to do harm to whoever reads it. */
export function hostile() {
  nextId = 0;
  const markups = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    `<img src="${away}.png" onload="alert(1)" srcset="${away} 2x">`,
    "<svg onload=alert(1)><script>alert(1)</script><use href='data:image/svg+xml,x#y'/></svg>",
    '<a href="javascript:alert(1)">x</a><a href="data:text/html,<script>alert(1)</script>">y</a>',
    `<iframe src="${away}"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe>`,
    `<meta http-equiv="refresh" content="0;url=${away}">`,
    `<base href="${away}/"><link rel="stylesheet" href="${away}.css">`,
    `<style>@import '${away}'; body { background: url(${away}) }</style>`,
    `<p style="background: url(${away}); position: fixed; inset: 0">x</p>`,
    `<form action="${away}"><input autofocus onfocus=alert(1)><button>b</button></form>`,
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    `<video autoplay src="${away}"><source src="${away}" onerror=alert(1)></video>`,
    `<object data="${away}"></object><embed src="${away}">`,
    '<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>',
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    '"></iframe><script>alert(1)</script>',
    "</script><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<plaintext><xmp><textarea><title></title><script>alert(1)</script>",
    "<title>stolen</title><body onload=alert(1)>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    `<b id="nb1">x</b><b id=keys>x</b><b name=getElementById>x</b>`,
  ];
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)"><script>alert(1)</script><image href="${away}"/><foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="${away}" onerror="alert(1)"/></foreignObject><style>@import '${away}';</style></svg>`;
  const bad = '"><script>alert(1)</script>';
  const sized = (width, height) => png(1, 1, () => [0, 0, 0], [width, height]);
  const outputs = (mark) => [
    ...markups.map((markup) => shown({ "text/html": `${mark}${markup}` })),
    ...markups.map((markup) => shown({ "text/markdown": `${mark}${markup}` })),
    ...markups.map((markup) => shown({ "text/latex": `$${mark}\\text{${markup}}$` })),
    shown({ "image/svg+xml": `${drawing}<!--${mark}-->` }),
    shown({ "image/png": sized(20000, 20000), "text/plain": mark }),
    shown({ "image/png": `${bad}${mark}` }),
    shown({ "image/png": png(2000, 2000, () => [0, 0, 0]), "text/plain": mark }),
    shown({ [`text/x-${bad}`]: `${bad}${mark}` }),
    shown({ [`image/png${bad}`]: `${bad}${mark}` }),
    shown({ "application/json": { [bad]: `${bad}${mark}` } }),
    shown({ "application/javascript": `alert(1)//${mark}` }),
    shown({ "application/pdf": bad + mark }),
    stream(`${bad}\u202e${mark}\u001b]0;stolen\u0007`, bad),
    {
      output_type: "error",
      ename: bad,
      evalue: `${bad}${mark}`,
      traceback: [`\u001b[31m${bad}${mark}`],
    },
    { output_type: bad, data: bad, mark },
  ];
  const cells = (mark) => [
    ...markups.map((markup) => markdown(`# ${mark}\n\n${markup}\n`)),
    markdown(
      `${mark} ![a](${away}.png) ![b](attachment:a.png) [c](javascript:alert(1)) <${away}>\n\n$\\href{javascript:alert(1)}{x}$ $\\text{<img src=x onerror=alert(1)>}$ $$\\color{red;background:url(${away})}x$$\n`,
      { attachments: { "a.png": { "image/png": bad + mark, "image/svg+xml": drawing } } },
    ),
    ...markups.map((markup) => code(`${mark}${markup}`)),
    code(`${mark} x = "\u202e\u2066 admin \u2069\u200b"`, outputs(mark), 1, {
      metadata: { [bad]: bad + mark, tags: [bad + mark] },
    }),
    { ...code(`${mark} 1`), id: bad },
    { ...code(`${mark} 2`), id: "help" },
    { ...code(`${mark} 3`), cell_type: bad },
  ];
  const one = cells("old");
  nextId = 0;
  const two = cells("new");
  nextId = 1000;
  two.push(...cells("added"));
  return [
    file(one, { title: bad, [bad]: 1 }),
    file(two, { title: `${bad}2`, [bad]: 2, kernelspec: { display_name: bad } }),
  ];
}
