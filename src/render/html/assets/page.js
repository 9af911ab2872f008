"use strict";
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => [...from.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  root.classList.add("js");

  // What is folded away cannot be seen, so nothing in it is a place to go to.
  const isSeen = (element) => element.getClientRects().length > 0;
  const cells = () => find("article.cell").filter(isSeen);
  const changes = () =>
    find(".chg, .out, .nbkeys, article.moved").filter(
      (place) => isSeen(place) && !place.parentElement.closest(".out"),
    );

  const mark = (element) => {
    for (const old of find(".now")) old.classList.remove("now");
    element.classList.add("now");
  };

  const go = (element) => {
    if (!element) return;
    mark(element);
    const cell = element.closest("article.cell");
    const focus = cell && cell.querySelector("summary");
    if (focus) focus.focus({ preventScroll: true });
    element.scrollIntoView({ block: element === cell ? "start" : "nearest" });
  };

  // The place after or before the one that is marked, or else the first one
  // below the top of the window.
  const step = (places, by) => {
    const now = document.querySelector(".now");
    const at = places.indexOf(now);
    if (at >= 0) return go(places[at + by] || now);
    const isAfter = (place) =>
      now
        ? now.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING
        : place.getBoundingClientRect().top > 60;
    const next = places.findIndex(isAfter);
    const end = next < 0 ? places.length : next;
    go(by > 0 ? places[end] || places[places.length - 1] : places[Math.max(end - 1, 0)]);
  };

  const press = (id) => {
    const control = byId(id);
    control.checked = control.type === "checkbox" ? !control.checked : true;
  };

  const current = () =>
    document.querySelector(".now")?.closest(".cell") || document.activeElement?.closest(".cell");

  const fold = () => {
    const body = (current() || cells()[0])?.querySelector("details.body");
    if (body) body.open = !body.open;
  };

  const rendered = () => {
    const all = find("details.rendered");
    const open = !all.some((one) => one.open);
    for (const one of all) one.open = open;
  };

  const isDark = () =>
    byId("dark").checked ||
    (byId("auto").checked && matchMedia("(prefers-color-scheme: dark)").matches);

  const help = byId("help");
  const actions = {
    j: () => step(cells(), 1),
    k: () => step(cells(), -1),
    n: () => step(changes(), 1),
    p: () => step(changes(), -1),
    u: () => press(byId("split").checked ? "unified" : "split"),
    o: () => press("outputs"),
    r: rendered,
    x: fold,
    d: () => press(isDark() ? "light" : "dark"),
    "?": () => help.showModal(),
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") {
      if (!help.open) for (const old of find(".now")) old.classList.remove("now");
      return;
    }
    const action = actions[event.key];
    if (!action || help.open) return;
    event.preventDefault();
    action();
  });

  byId("keys").addEventListener("click", () => help.showModal());
  byId("close").addEventListener("click", () => help.close());

  addEventListener("click", (event) => {
    const cell = event.target.closest("article.cell");
    if (cell) mark(cell);
  });

  addEventListener("input", (event) => {
    if (event.target.classList.contains("mix")) {
      event.target.closest(".pics").style.setProperty("--mix", `${event.target.value}%`);
    }
  });

  // A link to what is folded away unfolds it.
  const reveal = () => {
    const target = byId(location.hash.slice(1));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.localName === "details") at.open = true;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
