// Keys of the day's calls, and dialling on a phone. Everything they do is a link or a button of the page.
(() => {
  const list = document.querySelector("[data-duties]");
  if (!list) return;
  let current = null;

  // Rows that are recorded give way to a line that says so; it keeps its place among them.
  const rows = () => [...list.children];
  const mark = (row) => {
    current?.classList.remove("duty-at");
    current = row;
    current?.classList.add("duty-at");
  };
  const go = (step) => {
    const all = rows().filter((row) => row === current || row.matches("[data-duty]"));
    const next = all[Math.min(Math.max(all.indexOf(current) + step, 0), all.length - 1)];
    if (!next) return;
    mark(next);
    (next.querySelector("[data-duty-open]") ?? next).focus();
  };
  const click = (selector) => current?.querySelector(selector)?.click();
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    c: () => click("[data-duty-call], [data-dial]"),
    n: () => click("[data-duty-vain]"),
    x: () => click("[data-duty-tick]"),
    r: () => {
      const reached = current?.querySelector("[data-duty-reached]");
      if (!reached) return;
      reached.open = true;
      reached.querySelector("button").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  // Where a row is focused by tab or mouse, the keys go on from there.
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("li");
    if (row && row !== current) mark(row);
  });
  // What a row was swapped for is the place from which 'j' goes on; a row that was taken back is one again.
  let place = -1;
  list.addEventListener("htmx:beforeSwap", () => {
    place = rows().indexOf(current);
  });
  list.addEventListener("htmx:afterSwap", () => {
    if (current && !current.isConnected) mark(rows()[place] ?? null);
    for (const done of list.querySelectorAll("[data-duty-done]")) done.dataset.told = "1";
    current?.matches("[data-duty-done]") && current.focus({ preventScroll: true });
    // A phone dials at once; at a desk the number is read off the screen.
    const number = list.querySelector("[data-dial]:not([data-told])");
    if (number) {
      number.dataset.told = "1";
      // Most calls are answered: what the person may tell lies open while it rings.
      number.closest("li").querySelector("[data-duty-reached]").open = true;
      if (matchMedia("(pointer: coarse)").matches) number.click();
      else number.focus();
    }
  });
  // Settled, not only swapped: until then a new row's buttons are plain ones.
  list.addEventListener("htmx:afterSettle", () => {
    if (!document.activeElement.closest("li")) current?.querySelector("[data-duty-open]")?.focus({ preventScroll: true });
  });
  for (const hint of document.querySelectorAll("[data-duty-keys]")) hint.hidden = false;
})();
