// Search by word and by image, from numbers beside the page.
"use strict";

(() => {
  const { make, count } = nomen;
  const CODES = 10_000;
  const FOUND = 60;
  const CLUSTERS = 5;
  let codes = null;
  let means = null;
  let width = 0;

  document.addEventListener("nomen-map", begin);

  async function part(name, number) {
    return new Int8Array(nomen.bytes(await nomen.load(`search/${name}-${String(number).padStart(3, "0")}`)));
  }

  // The codes of all images, and the mean code of every cluster, once somebody searches.
  async function images() {
    if (codes) {
      return;
    }
    const { map } = nomen;
    const parts = await Promise.all(
      Array.from({ length: Math.ceil(map.total / CODES) }, (_, i) => part("images", i)));
    const all = new Int8Array(map.total * width);
    parts.forEach((bytes, i) => all.set(bytes, i * CODES * width));
    means = map.clusters.map(() => new Float32Array(width));
    for (let i = 0; i < map.total; i++) {
      const mean = means[map.clusterOf[i]];
      for (let k = 0; k < width; k++) {
        mean[k] += all[i * width + k] / map.clusters[map.clusterOf[i]].points;
      }
    }
    codes = all;
  }

  function dot(a, from, b) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      sum += a[from + k] * b[k];
    }
    return sum;
  }

  // Images and clusters by how near they are to a code.
  function nearest(code) {
    const { map } = nomen;
    const scores = new Float32Array(map.total);
    for (let i = 0; i < map.total; i++) {
      scores[i] = dot(codes, i * width, code);
    }
    const found = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, FOUND);
    const length = (mean) => Math.hypot(...mean) || 1;
    const clusters = means.map((mean, c) => [c, dot(mean, 0, code) / length(mean)])
      .sort((a, b) => b[1] - a[1]).slice(0, CLUSTERS).map(([c]) => c);
    return { found, clusters };
  }

  async function begin() {
    const { map } = nomen;
    const input = make("input", { id: "search", type: "search", list: "search-words", autocomplete: "off" });
    const words = make("datalist", { id: "search-words" });
    const output = make("p", { class: "search-found", "aria-live": "polite", tabindex: -1 });
    const form = make("form", { class: "filter search", role: "search" },
      make("label", { for: "search" }, "Search images by word"), input, words, make("button", {}, "Search"));
    document.getElementById("map").before(form, output);
    let all = null;

    const ready = async () => {
      if (!all) {
        ({ words: all, width } = await nomen.load("search/words"));
        await images();
      }
      return all;
    };

    // Some words to choose from while one types; the whole vocabulary may have tens of thousands.
    input.addEventListener("input", async () => {
      const wanted = input.value.toLowerCase().trim();
      const known = await ready();
      const begins = wanted ? known.filter((word) => word.toLowerCase().startsWith(wanted)) : [];
      words.replaceChildren(...begins.slice(0, 12).map((word) => make("option", { value: word })));
    });

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = input.value.toLowerCase().trim();
      if (!wanted) {
        return;
      }
      const known = await ready();
      const lower = known.map((word) => word.toLowerCase());
      const at = [lower.indexOf(wanted), lower.indexOf(wanted.replace(/s$/, "")),
        lower.findIndex((word) => word.startsWith(wanted))].find((i) => i >= 0);
      if (at === undefined) {
        output.textContent = nomen.say(known.length
          ? `The vocabulary does not have “${input.value}”.` : "This run has no vocabulary.");
        return;
      }
      const bytes = await part("nouns", Math.floor(at / CODES));
      const from = (at % CODES) * width;
      show(bytes.subarray(from, from + width), `Nearest to “${known[at]}”`);
    });

    function show(code, title) {
      const { found, clusters } = nearest(code);
      output.replaceChildren(nomen.say(`${title}: `), ...clusters.flatMap((c, i) => [
        i ? ", " : "", make("a", { href: `clusters/${map.clusters[c].number}.html` }, make("bdi", {}, map.clusters[c].name)),
      ]), nomen.say(`, and ${count(found.length, "image", "images")} below the map.`));
      map.select(found, true);
    }

    document.addEventListener("nomen-card", ({ detail: { card, point, pinned } }) => {
      if (pinned) {
        card.append(make("button", {
          type: "button", class: "more like-this",
          onclick: async () => {
            await ready();
            show(codes.subarray(point * width, (point + 1) * width), "Like this image");
            // The button goes with the list that it was in.
            output.focus({ preventScroll: true });
          },
        }, "Like this"));
      }
    });
    document.dispatchEvent(new CustomEvent("nomen-search"));
  }
})();
