// Keyboard shortcuts of the day's follow-ups, and dialling on a phone. Every shortcut triggers a link or button of the page.
(() => {
  const list = document.querySelector("[data-follow-ups]");
  if (!list) return;
  let current = null;

  // A recorded row is replaced by a receipt line at the same place.
  const rows = () => [...list.children];
  const mark = (row) => {
    current?.classList.remove("follow-up-at");
    current = row;
    current?.classList.add("follow-up-at");
  };
  const go = (step) => {
    const all = rows().filter((row) => row === current || row.matches("[data-follow-up]"));
    const next = all[Math.min(Math.max(all.indexOf(current) + step, 0), all.length - 1)];
    if (!next) return;
    mark(next);
    (next.querySelector("[data-follow-up-open]") ?? next).focus();
  };
  const click = (selector) => current?.querySelector(selector)?.click();
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    c: () => click("[data-follow-up-call], [data-dial]"),
    n: () => click("[data-follow-up-not-reached]"),
    x: () => click("[data-follow-up-tick]"),
    r: () => {
      const reached = current?.querySelector("[data-follow-up-reached]");
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
  // Keyboard navigation continues from the row that has the focus.
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest("li");
    if (row && row !== current) mark(row);
  });
  // After a swap the new element becomes the current row, so that 'j' continues from it.
  let place = -1;
  list.addEventListener("htmx:beforeSwap", () => {
    place = rows().indexOf(current);
  });
  list.addEventListener("htmx:afterSwap", () => {
    if (current && !current.isConnected) mark(rows()[place] ?? null);
    for (const done of list.querySelectorAll("[data-follow-up-done]")) done.dataset.handled = "1";
    current?.matches("[data-follow-up-done]") && current.focus({ preventScroll: true });
    // A phone dials at once; on a desktop the number is read from the screen.
    const number = list.querySelector("[data-dial]:not([data-handled])");
    if (number) {
      number.dataset.handled = "1";
      // Most calls are answered: show the outcome buttons while the phone rings.
      number.closest("li").querySelector("[data-follow-up-reached]").open = true;
      if (matchMedia("(pointer: coarse)").matches) number.click();
      else number.focus();
    }
  });
  // htmx attaches its handlers to the new row only when the swap has settled.
  list.addEventListener("htmx:afterSettle", () => {
    if (!document.activeElement.closest("li")) current?.querySelector("[data-follow-up-open]")?.focus({ preventScroll: true });
  });
  for (const hint of document.querySelectorAll("[data-follow-up-keys]")) hint.hidden = false;
})();
