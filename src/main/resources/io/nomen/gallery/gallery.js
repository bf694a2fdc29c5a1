// Everything works without this file; it adds finding by word and moving by arrow keys.
"use strict";

for (const box of document.querySelectorAll("[data-filter]")) {
  const input = box.querySelector("input");
  const output = box.querySelector("output");
  const items = [...document.getElementById(box.dataset.filter).children].map((item) => ({
    item,
    words: item.textContent.toLowerCase(),
  }));
  const filter = () => {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { item, words } of items) {
      item.hidden = !wanted.every((word) => words.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    output.textContent = wanted.length ? `${shown} of ${items.length}` : "";
  };
  input.addEventListener("input", filter);
  box.hidden = false;
  filter();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, summary")) {
    return;
  }
  if (event.key === "/") {
    const input = document.querySelector("[data-filter] input");
    if (input) {
      event.preventDefault();
      input.focus();
    }
    return;
  }
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  const link = rel && document.querySelector(`a[rel="${rel}"]`);
  if (link) {
    link.click();
  }
});
