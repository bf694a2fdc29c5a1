// The map as a canvas: pan, zoom, names by zoom, pictures, one cluster lit, a lasso, and a list of what is selected.
"use strict";

(() => {
  const plane = document.getElementById("map");
  const { make, count } = nomen;
  const ASPECT = 1.5;
  const MOST_ZOOM = 400;
  const PATHS = 2000;
  const NEAR = 9;
  const LISTED = 120;
  const MOST_LABELS = 60;
  const MOST_PICTURES = 90;

  // What is shown: places x, y in [0, 1], clusters one after another.
  let clusters, layers, clusterOf, first, xs, ys, pictures, grid;
  let total = 0;
  const chosen = new Set();
  let lit = null;

  // Where the view is: its middle, and how many times the whole map.
  const view = { x: 0.5, y: 0.5, zoom: 1 };
  let width = 0, height = 0, ratio = 1, unit = 1;
  let canvas, context, frame, image, pixels, card, list, status, tools;
  let dirty = false;
  let hovered = -1, pinned = -1;
  let lasso = null;
  let lassoing = false;
  let labels = [];
  const thumbnails = new Map();
  const colours = { ground: 0, grey: 0, ink: 0, of: [] };

  nomen.load(plane.dataset.map).then(begin);

  function begin(data) {
    clusters = data.clusters;
    layers = data.layers;
    const places = new Uint16Array(nomen.bytes(data.places));
    pictures = new Int32Array(nomen.bytes(data.pictures));
    total = pictures.length;
    xs = new Float32Array(total);
    ys = new Float32Array(total);
    for (let i = 0; i < total; i++) {
      xs[i] = places[2 * i] / 65535;
      ys[i] = places[2 * i + 1] / 65535;
    }
    clusterOf = new Uint32Array(total);
    first = new Uint32Array(clusters.length + 1);
    clusters.forEach((cluster, c) => {
      first[c + 1] = first[c] + cluster.points;
      clusterOf.fill(c, first[c], first[c + 1]);
      Object.assign(cluster, heart(first[c], first[c + 1]));
    });
    grid = new Grid(xs, ys);
    build();
    Object.assign(nomen, { map: { clusters, select, light, reveal, path, redraw, chosen, total, pictures, clusterOf, view, screen, labelAt } });
    document.dispatchEvent(new CustomEvent("nomen-map"));
  }

  // The point nearest to the median: a name stands on its cluster, also where that has two parts.
  function heart(from, to) {
    const middle = (values) => values.slice(from, to).sort()[(to - from) >> 1];
    const [x, y] = [middle(xs), middle(ys)];
    let best = from;
    for (let i = from; i < to; i++) {
      if (Math.hypot(xs[i] - x, ys[i] - y) < Math.hypot(xs[best] - x, ys[best] - y)) {
        best = i;
      }
    }
    return { x: xs[best], y: ys[best] };
  }

  // Points by cells of the plane: finds what is under the hand, and what is in view.
  class Grid {
    constructor(xs, ys) {
      this.side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(xs.length / 2))));
      const cells = this.side * this.side;
      this.starts = new Uint32Array(cells + 1);
      const cell = (i) =>
        Math.min(this.side - 1, (ys[i] * this.side) | 0) * this.side + Math.min(this.side - 1, (xs[i] * this.side) | 0);
      for (let i = 0; i < xs.length; i++) {
        this.starts[cell(i) + 1]++;
      }
      for (let c = 0; c < cells; c++) {
        this.starts[c + 1] += this.starts[c];
      }
      this.points = new Uint32Array(xs.length);
      const next = this.starts.slice();
      for (let i = 0; i < xs.length; i++) {
        this.points[next[cell(i)]++] = i;
      }
    }

    within(left, top, right, bottom, take) {
      const at = (value) => Math.max(0, Math.min(this.side - 1, Math.floor(value * this.side)));
      for (let row = at(top); row <= at(bottom); row++) {
        const from = this.starts[row * this.side + at(left)];
        const to = this.starts[row * this.side + at(right) + 1];
        for (let k = from; k < to; k++) {
          take(this.points[k]);
        }
      }
    }
  }

  function build() {
    canvas = make("canvas", {
      class: "canvas", tabindex: 0, role: "application",
      "aria-label": `Map of ${count(total, "image", "images")} in ${count(clusters.length, "cluster", "clusters")}`,
      "aria-describedby": "map-keys",
    });
    context = canvas.getContext("2d", { alpha: false });
    card = make("div", { class: "map-card", hidden: true });
    status = make("output", { class: "map-status", "aria-live": "polite" });
    const button = (words, action, attributes = {}) =>
      make("button", { type: "button", onclick: action, ...attributes }, words);
    tools = make("p", { class: "zoom", role: "group", "aria-label": "Map" },
      button("Closer", () => zoomBy(1.6)),
      button("Further", () => zoomBy(1 / 1.6)),
      button("Whole map", whole),
      button("Lasso", toggleLasso, { "aria-pressed": "false", id: "lasso" }),
      button("Select what is in view", selectInView),
      status);
    const keys = make("p", { class: "note", id: "map-keys" },
      "Drag or arrow keys move the map, wheel, pinch, + and − zoom, 0 shows all of it. A click on a name or on an image lights "
      + "its cluster. Shift and drag, or Lasso, selects; S selects what is in view, Escape lets go.");
    list = make("section", { class: "selected", id: "selected", "aria-labelledby": "selected-title", hidden: true });
    const frame = make("div", { class: "map-frame" }, canvas, card);
    plane.querySelector("svg").remove();
    plane.classList.remove("wide");
    plane.append(frame);
    plane.before(tools);
    plane.after(keys, list);
    const places = new Map(clusters.map(({ number }, c) => [String(number), c]));
    for (const item of document.querySelectorAll("#legend > li")) {
      const c = places.get(item.dataset.cluster);
      clusters[c].item = item;
      const words = item.querySelector("a").textContent;
      const chip = make("button", {
        type: "button", class: "chip", "aria-pressed": "false", "aria-label": `Light ${words} on the map`,
        onclick: () => light(lit === c ? null : c),
      });
      item.querySelector(".chip").replaceWith(chip);
    }
    listen();
    resize();
    new ResizeObserver(resize).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    recolour();
  }

  // Colours as the style sheet has them, whatever notation it uses, as pixels.
  function recolour() {
    const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const pixel = (css) => {
      probe.fillStyle = css;
      probe.fillRect(0, 0, 1, 1);
      const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
      return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    };
    const style = getComputedStyle(document.documentElement);
    colours.ground = pixel(style.getPropertyValue("--raised"));
    colours.grey = pixel(style.getPropertyValue("--line"));
    colours.ink = pixel(style.getPropertyValue("--ink"));
    colours.inkCss = style.getPropertyValue("--ink");
    colours.groundCss = style.getPropertyValue("--raised");
    colours.accentCss = style.getPropertyValue("--accent");
    const sample = make("i", { hidden: true });
    document.body.append(sample);
    for (let c = 0; c < 12; c++) {
      sample.className = `c${c}`;
      colours.of[c] = pixel(getComputedStyle(sample).getPropertyValue("--c"));
    }
    sample.remove();
    redraw();
  }

  function resize() {
    thumbnails.clear();
    const box = canvas.getBoundingClientRect();
    ratio = Math.min(2, devicePixelRatio || 1);
    width = Math.max(1, Math.round(box.width * ratio));
    height = Math.max(1, Math.round(box.height * ratio));
    canvas.width = width;
    canvas.height = height;
    image = context.createImageData(width, height);
    pixels = new Uint32Array(image.data.buffer);
    place();
    redraw();
  }

  function redraw() {
    if (!dirty && image) {
      dirty = true;
      requestAnimationFrame(draw);
    }
  }

  // The whole map with a margin fits into the canvas at zoom 1; unit is pixels for the height of the map.
  function place() {
    unit = Math.min((width - 48 * ratio) / ASPECT, height - 48 * ratio) * view.zoom;
  }

  function screen(x, y) {
    return [width / 2 + (x - view.x) * ASPECT * unit, height / 2 + (y - view.y) * unit];
  }

  function world(px, py) {
    return [view.x + (px - width / 2) / (ASPECT * unit), view.y + (py - height / 2) / unit];
  }

  function draw() {
    dirty = false;
    place();
    pixels.fill(colours.ground);
    const size = radius();
    const points = stamp(size);
    const grey = lit !== null;
    for (let c = clusters.length - 1; c >= 0; c--) {
      if (!grey || c !== lit) {
        splat(first[c], first[c + 1], grey ? colours.grey : colours.of[clusters[c].colour], points);
      }
    }
    if (grey) {
      splat(first[lit], first[lit + 1], colours.of[clusters[lit].colour], stamp(size * 1.15));
    }
    if (chosen.size) {
      const outer = stamp(size + 1.6 * ratio);
      const inner = stamp(size);
      for (const i of chosen) {
        splat(i, i + 1, colours.ink, outer);
        splat(i, i + 1, colours.of[clusters[clusterOf[i]].colour], inner);
      }
    }
    context.putImageData(image, 0, 0);
    drawPictures();
    drawLabels();
    drawLasso();
    const marked = pinned >= 0 ? pinned : hovered;
    if (marked >= 0) {
      const [px, py] = screen(xs[marked], ys[marked]);
      context.beginPath();
      context.arc(px, py, size + 3 * ratio, 0, 7);
      context.lineWidth = 2 * ratio;
      context.strokeStyle = colours.inkCss;
      context.stroke();
    }
    moveCard();
  }

  // Few points are drawn large, many small, and all grow as one comes closer.
  function radius() {
    const room = Math.min(4.5, 0.35 * Math.sqrt((width * height) / (ratio * ratio) / total));
    return Math.min(7, Math.max(0.9, room) * Math.sqrt(view.zoom)) * ratio;
  }

  // A round dot as how much of each pixel it covers, 0 to 256.
  function stamp(size) {
    const reach = Math.ceil(size);
    const side = 2 * reach + 1;
    const cover = new Uint16Array(side * side);
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const inside = Math.max(0, Math.min(1, size + 0.5 - Math.hypot(dx, dy)));
        cover[(dy + reach) * side + dx + reach] = Math.round(inside * 225);
      }
    }
    return { reach, side, cover };
  }

  // Straight into the pixels: a hundred thousand dots in a few milliseconds, with or without a graphics card.
  function splat(from, to, colour, { reach, side, cover }) {
    const sx = ASPECT * unit, sy = unit;
    const ox = width / 2 - view.x * sx, oy = height / 2 - view.y * sy;
    const red = colour & 255, green = (colour >> 8) & 255, blue = (colour >> 16) & 255;
    for (let i = from; i < to; i++) {
      const px = Math.round(ox + xs[i] * sx), py = Math.round(oy + ys[i] * sy);
      if (px < reach || py < reach || px >= width - reach || py >= height - reach) {
        continue;
      }
      let at = (py - reach) * width + px - reach;
      for (let k = 0, row = 0; row < side; row++, at += width - side) {
        for (let column = 0; column < side; column++, k++, at++) {
          const a = cover[k];
          if (a) {
            const under = pixels[at];
            const r = under & 255, g = (under >> 8) & 255, b = (under >> 16) & 255;
            pixels[at] = (255 << 24) | ((b + (((blue - b) * a) >> 8)) << 16)
              | ((g + (((green - g) * a) >> 8)) << 8) | (r + (((red - r) * a) >> 8));
          }
        }
      }
    }
  }

  function inView(take) {
    const [left, top] = world(0, 0);
    const [right, bottom] = world(width, height);
    grid.within(left, top, right, bottom, (i) => {
      if (xs[i] >= left && xs[i] <= right && ys[i] >= top && ys[i] <= bottom) {
        take(i);
      }
    });
  }

  // Where one is so close that they have room, images are themselves.
  function drawPictures() {
    if (view.zoom < 2.5) {
      return;
    }
    let seen = 0;
    const shown = [];
    inView((i) => {
      seen++;
      if (pictures[i] >= 0 && shown.length <= MOST_PICTURES) {
        shown.push(i);
      }
    });
    if (seen > 4 * MOST_PICTURES || shown.length > MOST_PICTURES) {
      return;
    }
    const side = Math.round(44 * ratio);
    for (const i of shown) {
      const picture = thumbnail(pictures[i], side);
      if (picture) {
        const [px, py] = screen(xs[i], ys[i]);
        const [left, top] = [Math.round(px - side / 2), Math.round(py - side / 2)];
        context.globalAlpha = lit === null || clusterOf[i] === lit ? 1 : 0.25;
        context.fillStyle = css(colours.of[clusters[clusterOf[i]].colour]);
        context.fillRect(left - 2, top - 2, side + 4, side + 4);
        context.drawImage(picture, left, top);
        context.globalAlpha = 1;
      }
    }
  }

  function css(pixel) {
    return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
  }

  function source(number) {
    const six = String(number).padStart(6, "0");
    return `${nomen.root}t/${six.slice(0, 3)}/${six}.jpg`;
  }

  // The middle of a thumbnail, decoded and made small once: the browser would do it for every frame.
  function thumbnail(number, side) {
    if (!thumbnails.has(number)) {
      thumbnails.set(number, null);
      const picture = new Image();
      picture.onload = () => {
        const small = make("canvas", { width: side, height: side });
        const scale = Math.min(picture.naturalWidth, picture.naturalHeight);
        small.getContext("2d").drawImage(picture, (picture.naturalWidth - scale) / 2,
          (picture.naturalHeight - scale) / 2, scale, scale, 0, 0, side, side);
        thumbnails.set(number, small);
        redraw();
      };
      picture.src = source(number);
    }
    return thumbnails.get(number);
  }

  // Largest clusters first; closer up there is room for more names.
  function drawLabels() {
    labels = [];
    const tall = 15 * ratio;
    const plain = `600 ${13 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    const serif = getComputedStyle(document.querySelector("h1")).fontFamily;
    context.font = plain;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4 * ratio;
    // Coarse names over the whole map, fine ones close up; those of the clusters in between.
    const coarse = view.zoom < 1.5 ? layers.filter((name) => !name.finer) : [];
    const fine = view.zoom > 4 ? layers.filter((name) => name.finer) : [];
    const order = lit === null ? [...coarse, ...fine, ...clusters] : [clusters[lit], ...clusters];
    for (const cluster of order) {
      if (labels.length >= MOST_LABELS) {
        break;
      }
      let [px, py] = screen(cluster.x, cluster.y);
      if (px < 0 || py < 0 || px > width || py > height) {
        continue;
      }
      cluster.words ??= shorten(cluster.name, 28);
      if (cluster.wordsFont !== context.font) {
        cluster.wordsFont = context.font;
        cluster.wide = context.measureText(cluster.words).width * (coarse.includes(cluster) ? 1.35 : 1) + 8 * ratio;
      }
      // A name at the edge is moved in rather than cut off.
      px = Math.max(cluster.wide / 2, Math.min(width - cluster.wide / 2, px));
      const box = { left: px - cluster.wide / 2, right: px + cluster.wide / 2, top: py - tall / 2, bottom: py + tall / 2, cluster };
      const gap = 6 * ratio;
      if (labels.every((other) => box.left > other.right + gap || box.right < other.left - gap
          || box.top > other.bottom + gap || box.bottom < other.top - gap)) {
        labels.push(box);
        context.globalAlpha = lit === null || clusters[lit] === cluster ? 1 : 0.35;
        const above = coarse.includes(cluster);
        if (above) {
          context.font = `600 ${17 * ratio}px ${serif}`;
        }
        context.strokeStyle = colours.groundCss;
        context.strokeText(cluster.words, px, py);
        context.fillStyle = colours.inkCss;
        context.fillText(cluster.words, px, py);
        if (above) {
          context.font = plain;
        }
      }
    }
    context.globalAlpha = 1;
  }

  function shorten(words, most) {
    const letters = [...words.replace(/[\u0000-\u001f\u202d\u202e]/g, "\ufffd")];
    return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : letters.join("");
  }

  function drawLasso() {
    if (lasso?.length > 1) {
      context.beginPath();
      lasso.forEach(([x, y]) => context.lineTo(...screen(x, y)));
      context.closePath();
      context.lineWidth = 2 * ratio;
      context.strokeStyle = colours.accentCss;
      context.stroke();
      context.globalAlpha = 0.12;
      context.fillStyle = colours.accentCss;
      context.fill();
      context.globalAlpha = 1;
    }
  }

  // Moving

  function settle() {
    view.zoom = Math.min(MOST_ZOOM, Math.max(1, view.zoom));
    const half = 0.5 / view.zoom;
    view.x = Math.min(1.05 - half, Math.max(half - 0.05, view.x));
    view.y = Math.min(1.05 - half, Math.max(half - 0.05, view.y));
    if (view.zoom === 1) {
      view.x = view.y = 0.5;
    }
    place();
    // At rest a finger scrolls the page; closer up it moves the map.
    canvas.style.touchAction = view.zoom > 1 || lassoing ? "none" : "pan-y";
    redraw();
  }

  function zoomBy(factor, px = width / 2, py = height / 2) {
    place();
    const [x, y] = world(px, py);
    view.zoom = Math.min(MOST_ZOOM, Math.max(1, view.zoom * factor));
    place();
    const [nx, ny] = world(px, py);
    view.x += x - nx;
    view.y += y - ny;
    settle();
  }

  function pan(dx, dy) {
    view.x -= dx / (ASPECT * unit);
    view.y -= dy / unit;
    settle();
  }

  function whole() {
    Object.assign(view, { x: 0.5, y: 0.5, zoom: 1 });
    settle();
  }

  // Moves so that a point is in the middle, close enough to see what is around it.
  function reveal(i, zoom = 8) {
    Object.assign(view, { x: xs[i], y: ys[i], zoom: Math.max(zoom, view.zoom) });
    settle();
  }

  // Finding under the hand: a point that has a picture goes before one that has none.

  function under(px, py) {
    const reach = NEAR * ratio;
    const [left, top] = world(px - reach, py - reach);
    const [right, bottom] = world(px + reach, py + reach);
    let best = -1, bestDistance = Infinity;
    grid.within(left, top, right, bottom, (i) => {
      const [x, y] = screen(xs[i], ys[i]);
      let distance = Math.hypot(x - px, y - py);
      if (distance <= reach && (lit === null || clusterOf[i] === lit)) {
        distance += pictures[i] >= 0 ? 0 : reach;
        if (distance < bestDistance) {
          [best, bestDistance] = [i, distance];
        }
      }
    });
    return best;
  }

  async function path(i) {
    const part = Math.floor(i / PATHS);
    const paths = await nomen.load(`map/paths-${String(part).padStart(3, "0")}`);
    return paths[i % PATHS];
  }

  function show(i) {
    const marked = pinned >= 0 ? pinned : i;
    if (marked === hovered && !card.hidden === marked >= 0) {
      return;
    }
    hovered = marked;
    card.hidden = marked < 0;
    if (marked >= 0) {
      const cluster = clusters[clusterOf[marked]];
      const name = make("bdi", { class: "file" });
      card.replaceChildren(
        ...(pictures[marked] >= 0
          ? [make("img", { src: source(pictures[marked]), alt: `image of ${cluster.name}` })]
          : [make("span", { class: "blank" }, "no picture in this gallery")]),
        make("p", {}, make("a", { href: `clusters/${cluster.number}.html` }, make("bdi", {}, cluster.name))),
        make("p", { class: "note" }, name));
      path(marked).then((full) => (name.textContent = full.slice(full.lastIndexOf("/", full.length - 2) + 1)));
      document.dispatchEvent(new CustomEvent("nomen-card", { detail: { card, point: marked, pinned: pinned >= 0 } }));
    }
    redraw();
  }

  function moveCard() {
    const marked = pinned >= 0 ? pinned : hovered;
    if (marked >= 0) {
      const [px, py] = screen(xs[marked], ys[marked]);
      const box = canvas.getBoundingClientRect();
      const left = px / ratio + 14, top = py / ratio + 14;
      card.style.left = `${Math.max(4, left + 190 > box.width ? left - 200 : left)}px`;
      card.style.top = `${Math.max(4, Math.min(top, box.height - 235))}px`;
    }
  }

  function light(c) {
    lit = c;
    clusters.forEach((cluster, k) => {
      cluster.item?.querySelector(".chip").setAttribute("aria-pressed", String(k === c));
    });
    status.textContent = c === null ? "" : nomen.say(`Lit: ${clusters[c].name}, ${count(clusters[c].size, "image", "images")}`);
    redraw();
  }

  // Selecting

  function toggleLasso() {
    lassoing = !lassoing;
    document.getElementById("lasso").setAttribute("aria-pressed", String(lassoing));
    canvas.classList.toggle("lassoing", lassoing);
    settle();
  }

  function inside(polygon, x, y) {
    let odd = false;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [ax, ay] = polygon[i], [bx, by] = polygon[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) {
        odd = !odd;
      }
    }
    return odd;
  }

  function close(polygon) {
    const of = (k) => polygon.map((corner) => corner[k]);
    const found = [];
    grid.within(Math.min(...of(0)), Math.min(...of(1)), Math.max(...of(0)), Math.max(...of(1)), (i) => {
      if ((lit === null || clusterOf[i] === lit) && inside(polygon, xs[i], ys[i])) {
        found.push(i);
      }
    });
    select(found);
  }

  function selectInView() {
    const found = [];
    inView((i) => (lit === null || clusterOf[i] === lit) && found.push(i));
    select(found);
  }

  let ranked = false;

  function select(points, inOrder = false) {
    chosen.clear();
    ranked = inOrder;
    points.forEach((i) => chosen.add(i));
    showSelected(LISTED);
    redraw();
  }

  function showSelected(most) {
    list.hidden = chosen.size === 0;
    status.textContent = nomen.say(chosen.size ? `${count(chosen.size, "image", "images")} selected` : "Nothing selected");
    const byCluster = new Map();
    for (const i of chosen) {
      byCluster.set(clusterOf[i], (byCluster.get(clusterOf[i]) ?? 0) + 1);
    }
    const counts = [...byCluster].sort((a, b) => b[1] - a[1]);
    const all = ranked
      ? [...chosen] : [...chosen].sort((a, b) => (pictures[b] >= 0) - (pictures[a] >= 0) || a - b);
    list.replaceChildren(
      make("h2", { id: "selected-title" }, `Selected: ${count(chosen.size, "image", "images")}`),
      make("p", { class: "note" }, ...counts.slice(0, 12).flatMap(([c, n], k) => [
        k ? ", " : "", make("a", { href: `clusters/${clusters[c].number}.html` }, make("bdi", {}, clusters[c].name)), ` ${n.toLocaleString(document.documentElement.lang)}`,
      ]), counts.length > 12 ? `, and ${count(counts.length - 12, "other cluster", "other clusters")}` : ""),
      make("p", { class: "zoom", id: "selected-tools" },
        make("button", { type: "button", onclick: () => select([]) }, "Let go")),
      make("ul", { class: "tiles" }, ...all.slice(0, most).map(tile)),
      ...(all.length > most
        ? [make("button", { type: "button", class: "more", onclick: () => showSelected(most + 4 * LISTED) },
          `Show more of ${all.length.toLocaleString(document.documentElement.lang)}`)]
        : []));
    document.dispatchEvent(new CustomEvent("nomen-selected", { detail: { list } }));
  }

  function tile(i) {
    const cluster = clusters[clusterOf[i]];
    const file = make("bdi", { class: "file" });
    path(i).then((full) => (file.textContent = full.slice(full.lastIndexOf("/", full.length - 2) + 1)));
    const caption = make("figcaption", {}, make("bdi", { class: "share" }, cluster.name), file);
    document.dispatchEvent(new CustomEvent("nomen-card", { detail: { card: caption, point: i, pinned: true } }));
    return make("li", {}, make("figure", {},
      pictures[i] >= 0
        ? make("img", { src: source(pictures[i]), alt: `image of ${cluster.name}`, loading: "lazy" })
        : make("span", { class: "blank", role: "img", "aria-label": `image of ${cluster.name}` }, "no picture"),
      caption));
  }

  // Hands

  function listen() {
    const fingers = new Map();
    let from = null, moved = false;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) {
        return;
      }
      canvas.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, at(event));
      from = at(event);
      moved = false;
      if (fingers.size === 1 && (lassoing || event.shiftKey)) {
        lasso = [world(...from)];
      } else if (fingers.size > 1) {
        lasso = null;
      }
    });
    canvas.addEventListener("pointermove", (event) => {
      const now = at(event);
      if (!fingers.has(event.pointerId)) {
        show(under(...now));
        canvas.classList.toggle("pointing", hovered >= 0 || labelAt(...now) !== null);
        return;
      }
      if (fingers.size > 1) {
        const [a, b] = [...fingers.keys()];
        const [oldA, oldB] = [fingers.get(a), fingers.get(b)];
        fingers.set(event.pointerId, now);
        const [newA, newB] = [fingers.get(a), fingers.get(b)];
        const span = (p, q) => Math.max(1, Math.hypot(p[0] - q[0], p[1] - q[1]));
        const mid = (p, q) => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
        const [was, is] = [mid(oldA, oldB), mid(newA, newB)];
        pan(is[0] - was[0], is[1] - was[1]);
        zoomBy(span(newA, newB) / span(oldA, oldB), ...is);
        moved = true;
        return;
      }
      const last = fingers.get(event.pointerId);
      moved ||= Math.hypot(now[0] - from[0], now[1] - from[1]) > 4 * ratio;
      fingers.set(event.pointerId, now);
      if (lasso) {
        lasso.push(world(...now));
        redraw();
      } else if (moved && (event.pointerType === "mouse" || view.zoom > 1)) {
        pan(now[0] - last[0], now[1] - last[1]);
      }
    });
    const release = (event) => {
      if (!fingers.delete(event.pointerId)) {
        return;
      }
      if (lasso && event.type === "pointerup" && lasso.length > 2) {
        close(lasso);
      } else if (!moved && event.type === "pointerup") {
        click(...at(event));
      }
      lasso = null;
      redraw();
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", (event) => {
      if (!card.contains(event.relatedTarget)) {
        show(-1);
      }
    });
    canvas.addEventListener("wheel", (event) => {
      const out = event.deltaY > 0;
      // At the whole map there is nothing further out: the page scrolls.
      if (out && view.zoom === 1) {
        return;
      }
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      zoomBy(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400)), ...at(event));
    }, { passive: false });
    canvas.addEventListener("dblclick", (event) => zoomBy(2, ...at(event)));
    canvas.addEventListener("keydown", key);
  }

  function labelAt(px, py) {
    return labels.find((box) => px >= box.left && px <= box.right && py >= box.top && py <= box.bottom) ?? null;
  }

  function click(px, py) {
    const label = labelAt(px, py);
    const point = label ? -1 : under(px, py);
    pinned = -1;
    if (label) {
      const c = clusters.indexOf(label.cluster);
      light(lit === c || c < 0 ? null : c);
    } else if (point >= 0) {
      light(clusterOf[point]);
      pinned = point;
    } else {
      light(null);
    }
    hovered = -2;
    show(point);
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const step = 80 * ratio;
    const actions = {
      ArrowLeft: () => pan(step, 0),
      ArrowRight: () => pan(-step, 0),
      ArrowUp: () => pan(0, step),
      ArrowDown: () => pan(0, -step),
      "+": () => zoomBy(1.6),
      "=": () => zoomBy(1.6),
      "-": () => zoomBy(1 / 1.6),
      "−": () => zoomBy(1 / 1.6),
      0: whole,
      s: selectInView,
      S: selectInView,
      l: toggleLasso,
      L: toggleLasso,
      Escape: () => {
        pinned = -1;
        hovered = -2;
        show(-1);
        select([]);
        light(null);
      },
    };
    const action = actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }
})();
