// One-click relaxing without a round trip. Without this file the button posts the form and the page comes back relaxed.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-relaxes]");
  const field = button && document.getElementById(button.dataset.relaxes);
  if (!field) return;
  event.preventDefault();
  field.value = button.dataset.relaxed;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
