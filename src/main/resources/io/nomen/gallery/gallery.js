// Everything works without this file; it adds finding by word, moving by arrow keys and a closer look at the map.
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

for (const map of document.querySelectorAll("svg[data-zoom]")) {
  const whole = map.viewBox.baseVal;
  const [width, height] = [whole.width, whole.height];
  let [left, top, zoom] = [0, 0, 1];
  const show = () => {
    left = Math.min(Math.max(left, 0), width - width / zoom);
    top = Math.min(Math.max(top, 0), height - height / zoom);
    map.setAttribute("viewBox", `${left} ${top} ${width / zoom} ${height / zoom}`);
    map.style.setProperty("--zoom", zoom);
  };
  const zoomTo = (next, x, y) => {
    next = Math.min(Math.max(next, 1), 12);
    left += (x * width) / zoom - (x * width) / next;
    top += (y * height) / zoom - (y * height) / next;
    zoom = next;
    show();
  };

  const bar = document.createElement("p");
  bar.className = "zoom";
  for (const [words, action] of [
    ["Closer", () => zoomTo(zoom * 1.6, 0.5, 0.5)],
    ["Further", () => zoomTo(zoom / 1.6, 0.5, 0.5)],
    ["Whole map", () => zoomTo(1, 0.5, 0.5)],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", action);
    bar.append(button);
  }
  map.parentElement.before(bar);

  // With a key held, as on other maps: the page itself must still scroll.
  map.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const box = map.getBoundingClientRect();
      const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      zoomTo(zoom * Math.exp(-event.deltaY / 300), x, y);
    }
  }, { passive: false });

  let from = null;
  let dragged = false;
  map.addEventListener("pointerdown", (event) => {
    from = event.pointerType === "mouse" && zoom > 1 ? [event.clientX, event.clientY] : null;
    dragged = false;
  });
  addEventListener("pointermove", (event) => {
    if (from && (dragged || Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4)) {
      const scale = width / zoom / map.getBoundingClientRect().width;
      left -= (event.clientX - from[0]) * scale;
      top -= (event.clientY - from[1]) * scale;
      from = [event.clientX, event.clientY];
      dragged = true;
      show();
    }
  });
  addEventListener("pointerup", () => (from = null));
  map.addEventListener("click", (event) => dragged && event.preventDefault(), true);
  map.addEventListener("dragstart", (event) => event.preventDefault());
}
