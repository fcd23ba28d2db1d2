// Keys of the review queue and of one position. Everything they do is a link or a button of the page.
(() => {
  const queue = document.querySelector("[data-review-queue]");
  const rows = [...document.querySelectorAll("[data-review-row]")];
  let at = -1;

  const click = (selector, within = document) => within?.querySelector(selector)?.click();
  const go = (step) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("review-at");
    at = Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[at].classList.add("review-at");
    rows[at].querySelector("[data-review-open]").focus();
  };
  const keys = queue
    ? {
        j: () => go(1),
        k: () => go(-1),
        x: () => click("[type=checkbox]", rows[at]),
        o: () => click("[data-review-open]", rows[at]),
        a: () => click("[data-review-approve]", rows[at]),
        r: () => click("[data-review-refuse]", rows[at]),
      }
    : {
        a: () => click("[data-review-approve]"),
        r: () => document.querySelector("[name=words]")?.focus(),
        u: () => click("[data-review-back]"),
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
  for (const [place, row] of rows.entries()) row.addEventListener("focusin", () => go(place - at));
  for (const hint of document.querySelectorAll("[data-review-keys], [data-review-all]")) hint.hidden = false;
  document.querySelector("[data-review-all]")?.addEventListener("click", () => {
    for (const box of queue.querySelectorAll("[type=checkbox]")) box.checked = true;
  });
})();
