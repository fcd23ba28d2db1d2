// Conveniences only: every page works without this file.
// A form is sent once, however often a slow network makes somebody press the button.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  window.setTimeout(() => delete form.dataset.sent, 8000);
});
// Coming back by the browser's own button must find the form usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
// Seconds until a button may be pressed: <span data-countdown="id of the button">45</span>.
for (const counter of document.querySelectorAll("[data-countdown]")) {
  const button = document.getElementById(counter.dataset.countdown);
  let seconds = Number(counter.textContent);
  if (!button || !seconds) continue;
  button.disabled = true;
  const timer = window.setInterval(() => {
    seconds -= 1;
    counter.textContent = String(seconds);
    if (seconds > 0) return;
    window.clearInterval(timer);
    button.disabled = false;
    counter.parentElement.hidden = true;
  }, 1000);
}
// A part of the page that could not be fetched: say so, at the top, instead of doing nothing.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    const trouble = document.getElementById("htmx-trouble");
    if (!trouble) return;
    trouble.hidden = false;
    trouble.scrollIntoView({ block: "center" });
  });
}
document.addEventListener("htmx:beforeRequest", () => {
  document.getElementById("htmx-trouble")?.setAttribute("hidden", "");
});
