// Suggestions while typing (WAI-ARIA combobox with a list). Without this file the box is a plain search box.
for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  const news = document.createElement("p");
  let items = [];
  let chosen = -1;
  let typed = "";
  let waiting = 0;
  let asking = null;

  list.id = `${input.id}-suggestions`;
  list.className = "suggest-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "搜索建议");
  list.hidden = true;
  news.className = "visually-hidden";
  news.setAttribute("role", "status");
  input.after(list, news);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  const choose = (index) => {
    chosen = index;
    for (const [at, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(at === index));
    }
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
      input.value = typed;
    } else {
      input.setAttribute("aria-activedescendant", `${list.id}-${index}`);
      input.value = items[index].text;
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  };

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = (found) => {
    items = found;
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(
      ...items.map((item, at) => {
        const option = document.createElement("li");
        const label = document.createElement("span");
        option.id = `${list.id}-${at}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(item.text, " ", label);
        label.className = "suggest-kind";
        label.textContent = item.label;
        return option;
      }),
    );
    list.hidden = items.length === 0;
    input.setAttribute("aria-expanded", String(items.length > 0));
    news.textContent = items.length ? `有 ${items.length} 条建议，用上下键选择。` : "";
  };

  const ask = async () => {
    asking?.abort();
    typed = input.value;
    if (!typed.trim()) {
      show([]);
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`, {
        signal: asking.signal,
        credentials: "omit",
      });
      if (answer.ok && document.activeElement === input) show((await answer.json()).items);
    } catch {
      close(); // typed on, or no network: the box itself goes on working
    }
  };

  input.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method is still spelling the word
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, 100);
  });
  input.addEventListener("compositionend", ask);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      choose(-1);
      close();
    } else if (event.key === "Enter") {
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.hidden) {
      if (event.key === "ArrowDown") ask();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are suggestions: what was typed.
      choose(((chosen + 1 + step + items.length + 1) % (items.length + 1)) - 1);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    choose([...list.children].indexOf(option));
    close();
    input.form.requestSubmit();
  });
  input.addEventListener("blur", close);
}
