// Everything is said without scripts; this one adds finding by word, moving by arrow keys, and what the others share.
"use strict";

const READ = new Set(["alt", "aria-label", "placeholder", "title"]);
const VERBATIM = new Set(["bdi", "code", "option"]);

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

  // The pages' own words in the page's language; what stands between them stays as it is.
  say(english) {
    const words = nomen.taken.get("map/words");
    const core = english.trim();
    if (!words || !core) {
      return english;
    }
    let other = words[core];
    if (other === undefined) {
      nomen.patterns ??= Object.entries(words).filter(([sentence]) => sentence.includes("%1"))
        .map(([sentence, said]) => [new RegExp(`^${sentence.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%\d/g, "(.+?)")}$`, "s"), said, sentence.replace(/%\d/g, "").length])
        .sort((a, b) => b[2] - a[2]);
      for (const [pattern, said] of nomen.patterns) {
        const found = core.match(pattern);
        if (found) {
          other = said.replace(/%(\d)/g, (_, i) => (/^\d/.test(found[i]) ? nomen.say(found[i]) : found[i]));
          break;
        }
      }
    }
    return other === undefined ? english : english.replace(core, () => other);
  },

  // An element with its attributes and children; text goes in as text.
  make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) {
        element.addEventListener(name.slice(2), value);
      } else if (value !== false && value !== null && value !== undefined) {
        element.setAttribute(name, value === true ? "" : READ.has(name) ? nomen.say(value) : value);
      }
    }
    const verbatim = VERBATIM.has(tag);
    element.append(...children.map((child) => (typeof child === "string" && !verbatim ? nomen.say(child) : child)));
    return element;
  },

  count(number, one, many) {
    return nomen.say(`${number.toLocaleString(document.documentElement.lang)} ${number === 1 ? one : many}`);
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
    output.textContent = wanted.length ? nomen.say(`${shown} of ${items.length}`) : "";
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
  const link = rel && !event.shiftKey && document.querySelector(`a[rel="${rel}"]`);
  if (link) {
    link.click();
  }
});
