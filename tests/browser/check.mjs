// Looks at pages in a browser. Run by run.sh, which says what it needs.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { hostile, long, sample } from "./notebooks.mjs";

const target = process.argv[2];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const work = mkdtempSync(join(tmpdir(), "nbweave-browser-"));
const profile = mkdtempSync(join(tmpdir(), "nbweave-profile-"));

function render(name, ...pairs) {
  const args = ["diff", "--no-index", "--format", "html", "--output", join(work, `${name}.html`)];
  for (const side of ["old", "new"]) execFileSync("mkdir", ["-p", join(work, name, side)]);
  pairs.forEach(([file, [old, next]]) => {
    writeFileSync(join(work, name, "old", file), old);
    writeFileSync(join(work, name, "new", file), next);
  });
  const started = performance.now();
  execFileSync(process.env.NBWEAVE, [...args, "old", "new"], { cwd: join(work, name) });
  const took = performance.now() - started;
  const page = join(work, `${name}.html`);
  console.log(`${name}: ${readFileSync(page).length} bytes in ${took.toFixed(0)} ms`);
  return pathToFileURL(page).href;
}

const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
  viewport: { width: 1280, height: 900 },
});

/** Everything a page does that a report has no reason to do. */
function watch(page) {
  const seen = { requests: [], dialogs: [], errors: [], blocked: 0 };
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("data:") && request.resourceType() !== "document") seen.requests.push(url);
    if (request.isNavigationRequest() && !/^(file:|about:)/.test(url)) seen.requests.push(url);
  });
  page.on("dialog", (dialog) => {
    seen.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  page.on("popup", (popup) => seen.requests.push(`popup ${popup.url()}`));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|sandboxed/.test(message.text())) seen.blocked += 1;
    else if (message.type() === "error") seen.errors.push(message.text());
  });
  return seen;
}

async function open(url, { scheme = "light", width = 1280, scripts = true } = {}) {
  // Scripts are switched off by the browser's own means, for one page.
  const page = await context.newPage();
  const seen = watch(page);
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  if (!scripts) {
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setScriptExecutionDisabled", { value: true });
  }
  await page.goto(url);
  return { page, seen };
}

const screenshot = (page, name, fullPage = false) =>
  page.screenshot({ path: join(target, `${name}.png`), fullPage });

let failures = 0;
async function check(name, body) {
  try {
    await body();
    console.log(`ok    ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILS ${name}\n${error.message}`);
  }
  for (const page of context.pages().slice(1)) await page.close();
}

const isShown = (page, selector) => page.locator(selector).first().isVisible();
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const current = (page) =>
  page.evaluate(() => {
    const now = document.querySelector(".now");
    return now && { id: now.closest("article")?.id, class: now.className };
  });

const [pages, two] = [sample(), long(30)];
const url = render("sample", ["analysis.ipynb", pages], ["second & <b>.ipynb", two]);
const longUrl = render("long", ["long.ipynb", long(1000)]);
const hostileUrl = render("hostile", ['"><script>alert(1)<!--.ipynb'.replaceAll("/", ""), hostile()]);

await check("cells are walked through by j and k", async () => {
  const { page, seen } = await open(url);
  await page.keyboard.press("j");
  const first = await current(page);
  assert.equal(first.id, "nb1-cell-cell-1");
  await page.keyboard.press("j");
  assert.equal((await current(page)).id, "nb1-cell-cell-3");
  await page.keyboard.press("k");
  assert.deepEqual(await current(page), first);
  await page.keyboard.press("k");
  assert.deepEqual(await current(page), first);
  const focused = await page.evaluate(() => document.activeElement.closest("article").id);
  assert.equal(focused, first.id);
  assert.deepEqual([seen.requests, seen.errors], [[], []]);
});

await check("changes are walked through by n and p", async () => {
  const { page } = await open(url);
  const places = [];
  for (let at = 0; at < 12; at += 1) {
    await page.keyboard.press("n");
    const place = await page.evaluate(() => {
      const now = document.querySelector(".now");
      const box = now.getBoundingClientRect();
      return { at: Math.round(box.top + scrollY), seen: box.top < innerHeight && box.bottom > 0 };
    });
    assert.ok(place.seen, `change ${at} is not on the screen`);
    places.push(place.at);
  }
  assert.equal(new Set(places).size, places.length);
  await page.keyboard.press("p");
  const back = await page.evaluate(() => document.querySelectorAll(".now").length);
  assert.equal(back, 1);
});

await check("u changes between unified and side by side", async () => {
  const { page } = await open(url);
  const places = () =>
    page.evaluate(() => {
      const change = [...document.querySelectorAll(".chg")].find(
        (one) => one.querySelector("del") && one.querySelector("ins"),
      );
      const box = (tag) => change.querySelector(tag).getBoundingClientRect();
      return { below: box("ins").top > box("del").top, beside: box("ins").left > box("del").right - 2 };
    });
  assert.deepEqual(await places(), { below: true, beside: false });
  await page.keyboard.press("u");
  assert.deepEqual(await places(), { below: false, beside: true });
  await screenshot(page, "side-by-side");
  await page.keyboard.press("u");
  assert.deepEqual(await places(), { below: true, beside: false });
  await page.getByText("Side by side", { exact: true }).first().click();
  assert.deepEqual(await places(), { below: false, beside: true });
});

await check("lines that are one stand at one height, side by side", async () => {
  const { page } = await open(url);
  await page.keyboard.press("u");
  const apart = await page.evaluate(() => {
    const apart = [];
    for (const block of document.querySelectorAll(".ctx:not(.one)")) {
      const old = [...block.querySelectorAll("span")];
      const next = [...block.querySelectorAll("s")];
      old.forEach((line, at) => {
        const by = line.getBoundingClientRect().top - next[at].getBoundingClientRect().top;
        if (Math.abs(by) > 1) apart.push(line.textContent);
      });
    }
    return apart;
  });
  assert.deepEqual(apart, []);
});

await check("o hides outputs and shows them again", async () => {
  const { page } = await open(url);
  assert.ok(await isShown(page, ".outputs"));
  await page.keyboard.press("o");
  assert.ok(!(await isShown(page, ".outputs")));
  await page.getByText("Outputs", { exact: true }).click();
  assert.ok(await isShown(page, ".outputs"));
});

await check("x folds a cell, and so does a click", async () => {
  const { page } = await open(url);
  const isOpen = () => page.locator("#nb1-cell-cell-1 > details").evaluate((one) => one.open);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  assert.equal(await isOpen(), false);
  await page.keyboard.press("x");
  assert.equal(await isOpen(), true);
  await page.locator("#nb1-cell-cell-1 > details > summary").click();
  assert.equal(await isOpen(), false);
});

await check("r shows what Markdown looks like, with formulas", async () => {
  const { page } = await open(url);
  assert.ok(!(await isShown(page, ".prose math")));
  await page.keyboard.press("r");
  assert.ok(await isShown(page, ".prose math mfrac"));
  await screenshot(page, "rendered");
  await page.keyboard.press("r");
  assert.ok(!(await isShown(page, ".prose math")));
});

await check("d changes between dark and light, whatever the system likes", async () => {
  for (const scheme of ["light", "dark"]) {
    const { page } = await open(url, { scheme });
    const before = await background(page);
    await page.keyboard.press("d");
    const after = await background(page);
    assert.notEqual(after, before);
    await page.keyboard.press("d");
    assert.equal(await background(page), before);
    await page.getByText("Auto", { exact: true }).click();
    assert.equal(await background(page), before);
    await screenshot(page, scheme);
    await page.close();
  }
});

await check("? opens the help, which lists every key, and Esc closes it", async () => {
  const { page } = await open(url);
  await page.keyboard.press("?");
  assert.ok(await isShown(page, "dialog"));
  const keys = await page.locator("dialog kbd").allTextContents();
  assert.deepEqual(keys.sort(), ["?", "Esc", "d", "j", "k", "n", "o", "p", "r", "u", "x"]);
  await page.keyboard.press("j");
  assert.equal(await current(page), null);
  await screenshot(page, "help");
  await page.keyboard.press("Escape");
  assert.ok(!(await isShown(page, "dialog")));
  await page.getByRole("button", { name: "Keys" }).click();
  await page.getByRole("button", { name: "Close" }).click();
  assert.ok(!(await isShown(page, "dialog")));
  await page.keyboard.press("j");
  await page.keyboard.press("Escape");
  assert.equal(await current(page), null);
});

await check("keys with Control are the browser's", async () => {
  const { page } = await open(url);
  await page.keyboard.press("Control+u");
  assert.ok(await page.locator("#unified").isChecked());
});

await check("pictures are compared in four ways", async () => {
  const { page } = await open(url);
  const pictures = page.locator(".pics").first();
  await pictures.scrollIntoViewIfNeeded();
  const lefts = () =>
    pictures.evaluate((one) =>
      [...one.querySelectorAll("img")].map((image) => Math.round(image.getBoundingClientRect().left)),
    );
  const [was, is] = await lefts();
  assert.ok(is > was + 100);
  const after = pictures.locator(".is");
  const style = (name) => after.evaluate((one, name) => getComputedStyle(one)[name], name);
  await pictures.getByText("Swipe").click();
  assert.equal(new Set(await lefts()).size, 1);
  const slider = pictures.locator("input[type=range]");
  await slider.fill("25");
  assert.equal(await style("clipPath"), "inset(0px 0px 0px 25%)");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await style("clipPath"), "inset(0px 0px 0px 26%)");
  await screenshot(page, "swipe");
  await pictures.getByText("Onion skin").click();
  assert.equal(await style("opacity"), "0.26");
  await pictures.getByText("Difference").click();
  assert.equal(await style("mixBlendMode"), "difference");
  await screenshot(page, "difference");
  await pictures.getByText("Side by side").click();
  assert.deepEqual(await lefts(), [was, is]);
});

await check("links lead to cells, folded ones too, and between the places of a moved one", async () => {
  const { page } = await open(`${url}#nb1-cell-cell-2`);
  assert.ok(await isShown(page, "#nb1-cell-cell-2"));
  await page.locator(".stub a").first().click();
  assert.match(page.url(), /#nb1-cell-cell-4$/);
  await page.locator("#nb1-cell-cell-4 a", { hasText: "Where it was" }).click();
  assert.match(page.url(), /#nb1-from-4$/);
  const ids = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    const links = [...document.querySelectorAll("a[href^='#']")].map((one) => one.hash.slice(1));
    return { twice: ids.length - new Set(ids).size, lost: links.filter((link) => !ids.includes(link)) };
  });
  assert.deepEqual(ids, { twice: 0, lost: [] });
});

await check("the page can be read without a script", async () => {
  const { page, seen } = await open(url, { scripts: false });
  await page.locator("body").waitFor();
  const text = await page.locator("main").evaluate((main) => main.textContent);
  for (const part of ["def load(path", "data/train.csv", "cell 4 moved to", "epoch 4 loss", "second & <b>.ipynb"]) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(await isShown(page, ".pics img"));
  assert.ok(!(await isShown(page, "label:has(.swipe)")));
  assert.ok(!(await isShown(page, "#keys")));
  await page.getByText("Side by side", { exact: true }).first().click();
  assert.ok(await isShown(page, ".ctx s"));
  await page.getByText("Dark", { exact: true }).click();
  await page.locator("summary", { hasText: "unchanged cell" }).first().click();
  assert.ok(await isShown(page, ".same pre"));
  await page.getByText("Difference").first().click();
  await screenshot(page, "without-script");
  assert.deepEqual(seen.requests, []);
});

await check("no width makes the page scroll sideways", async () => {
  for (const width of [400, 1280]) {
    for (const address of [url, hostileUrl]) {
      const { page } = await open(address, { width });
      await page.keyboard.press("r");
      await page.evaluate(() => {
        for (const one of document.querySelectorAll("details")) one.open = true;
        for (const one of document.querySelectorAll(".cell")) one.style.contentVisibility = "visible";
      });
      await page.waitForTimeout(200);
      const over = await page.evaluate(() => {
        const root = document.documentElement;
        const wide = [...document.querySelectorAll("main *")].filter(
          (one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll, .prose"),
        );
        return { by: root.scrollWidth - root.clientWidth, of: wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)) };
      });
      assert.equal(over.by, 0, JSON.stringify(over.of));
      if (address === url) await screenshot(page, `width-${width}`, true);
      await page.close();
    }
  }
});

await check("axe finds nothing serious in either theme", async () => {
  for (const scheme of ["light", "dark"]) {
    for (const keys of [[], ["u"], ["r"], ["?"]]) {
      const { page } = await open(url, { scheme });
      for (const key of keys) await page.keyboard.press(key);
      await page.evaluate(() => {
        for (const one of document.querySelectorAll(".cell")) one.style.contentVisibility = "visible";
      });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        axe.run(document, { iframes: false, resultTypes: ["violations"] }),
      );
      const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
      const told = grave.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 150)} ${node.failureSummary}`).join("\n  ")}`);
      assert.deepEqual(told, [], `${scheme} ${keys}`);
      const light = violations.filter((one) => !grave.includes(one)).map((one) => one.id);
      if (light.length > 0) console.log(`      minor findings, ${scheme} ${keys}: ${light.join(", ")}`);
      await page.close();
    }
  }
});

await check("a page of 1,000 cells is painted at once", async () => {
  const times = [];
  for (let run = 0; run < 5; run += 1) {
    const { page } = await open(longUrl);
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    times.push(
      await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime),
    );
    await page.close();
  }
  times.sort((one, other) => one - other);
  const { page } = await open(longUrl);
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  const key = await page.evaluate(() => {
    const started = performance.now();
    dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
    return performance.now() - started;
  });
  console.log(`      first paint: ${times.map((time) => time.toFixed(0)).join(", ")} ms; ${elements} elements; j takes ${key.toFixed(0)} ms`);
  assert.ok(times[2] < 2000, `${times[2]} ms`);
});

await check("a notebook that means harm gets nowhere", async () => {
  const { page, seen } = await open(hostileUrl);
  assert.match(await page.title(), /^1 notebook changed$/);
  await page.evaluate(() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    for (const one of document.querySelectorAll(".cell")) one.style.contentVisibility = "visible";
  });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let at = 0; at < Math.min(height, 200_000); at += 4000) {
    await page.evaluate((at) => scrollTo(0, at), at);
    await page.waitForTimeout(30);
  }
  for (const link of await page.locator("main a[href]:not([href^='#'])").evaluateAll((all) => all.map((one) => [one.protocol, one.rel]))) {
    assert.ok(["http:", "https:", "mailto:"].includes(link[0]), link[0]);
    assert.equal(link[1], "noopener noreferrer");
  }
  const frames = await page.evaluate(() =>
    [...document.querySelectorAll("iframe")].map((one) => one.getAttribute("sandbox")),
  );
  assert.ok(frames.length > 10 && frames.every((sandbox) => sandbox === ""), JSON.stringify(frames));
  const odd = await page.evaluate(() => ({
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll("*")].flatMap((one) =>
      one.getAttributeNames().filter((name) => name.startsWith("on")),
    ),
    tags: [...new Set([...document.querySelectorAll("main *")].map((one) => one.localName))].filter((name) =>
      ["script", "style", "link", "base", "meta", "form", "object", "embed", "svg", "video", "template", "textarea"].includes(name),
    ),
  }));
  assert.deepEqual(odd, { scripts: 1, handlers: [], tags: [] });
  await page.keyboard.press("j");
  assert.ok(await current(page), "keys still work");
  await screenshot(page, "hostile");
  console.log(`      ${frames.length} frames, ${seen.blocked} things blocked`);
  assert.equal(await page.title(), "1 notebook changed");
  assert.deepEqual([seen.dialogs, seen.requests, seen.errors], [[], [], []]);
});

await check("what is printed is readable", async () => {
  const { page } = await open(url);
  await page.keyboard.press("d");
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await isShown(page, ".tools")));
  assert.ok(await isShown(page, ".chg ins"));
  assert.equal(await background(page), "rgb(255, 255, 255)");
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.equal(ink, "rgb(28, 33, 40)");
  await page.pdf({ path: join(target, "print.pdf") });
});

await context.close();
rmSync(work, { recursive: true });
rmSync(profile, { recursive: true, force: true });
console.log(failures === 0 ? "all is well" : `${failures} checks failed`);
process.exit(failures === 0 ? 0 : 1);
