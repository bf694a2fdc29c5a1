// Everything is said without scripts; this one adds finding by word, moving by arrow keys, and what the others share.
"use strict";

const nomen = {
  root: document.querySelector("link[rel=stylesheet]").getAttribute("href").replace("gallery.css", ""),
  waiting: new Map(),
  taken: new Map(),

  // Data beside the pages are scripts that call take: from file:// a page may load nothing else.
  take(name, value) {
    nomen.taken.set(name, value);
  },

  load(name) {
    if (!nomen.waiting.has(name)) {
      nomen.waiting.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `${nomen.root}${name}.js`;
        script.onload = () => resolve(nomen.taken.get(name));
        script.onerror = () => reject(new Error(`${name} is not beside this page`));
        document.head.append(script);
      }));
    }
    return nomen.waiting.get(name);
  },

  bytes(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = text.charCodeAt(i);
    }
    return bytes.buffer;
  },

  // An element with its attributes and children; text goes in as text.
  make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) {
        element.addEventListener(name.slice(2), value);
      } else if (value !== false && value !== null && value !== undefined) {
        element.setAttribute(name, value === true ? "" : value);
      }
    }
    element.append(...children);
    return element;
  },

  count(number, one, many) {
    return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
  },
};

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
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea, summary, canvas")) {
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
