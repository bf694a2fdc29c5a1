// What a person would have otherwise: kept by this browser, saved as one file that `nomen refine` obeys.
"use strict";

(() => {
  const FORMAT = "nomen changes";
  const VERSION = 1;
  const LARGEST = 2 ** 26;
  const { make, count } = nomen;
  const run = document.body.dataset.run;
  const key = `nomen-changes ${run}`;
  const page = document.querySelector("[data-cluster-page]");
  // Gecko keeps what a page from the disk stores for that page alone.
  const alone = location.protocol === "file:" && "mozInnerScreenX" in window;
  let changes = [];
  let kept = true;
  let names = null;

  const read = () => {
    try {
      changes = JSON.parse(localStorage.getItem(key) ?? "[]");
    } catch {
      kept = false;
    }
  };

  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify(changes));
      kept = true;
    } catch {
      kept = false;
    }
    show();
  };

  const add = (change) => {
    changes.push(change);
    keep();
  };

  const clusterName = (number) => names?.get(number) ?? `cluster ${number}`;
  const isKind = (kind, cluster) => (change) => change.kind === kind && change.cluster === cluster;

  function words(change) {
    const quoted = (number) => make("bdi", {}, clusterName(number));
    const images = () => count(change.paths.length, "image", "images");
    switch (change.kind) {
      case "rename":
        return [quoted(change.cluster), " is called ", make("bdi", {}, change.name)];
      case "merge":
        return [quoted(change.clusters[0]), " takes in ",
          ...change.clusters.slice(1).flatMap((number, i) => [i ? ", " : "", quoted(number)])];
      case "split":
        return [quoted(change.cluster), ` is cut into ${change.into}`];
      case "apart":
        return [`${images()} ${change.paths.length === 1 ? "does" : "do"} not belong to `, quoted(change.cluster)];
      case "belongs":
        return [`${images()} ${change.paths.length === 1 ? "belongs" : "belong"} to `, quoted(change.cluster)];
      case "together":
        return [`${images()} belong together`, ...(change.name ? [", as ", make("bdi", {}, change.name)] : [])];
      default:
        return [change.kind];
    }
  }

  // The bar at the end of every page, once there is something to say.
  const bar = make("aside", { class: "changes", id: "changes", "aria-label": "Changes", hidden: true });

  function show() {
    bar.hidden = changes.length === 0;
    const open = bar.querySelector("details")?.open ?? false;
    bar.replaceChildren(
      make("details", { open },
        make("summary", { "aria-live": "polite" }, count(changes.length, "change", "changes")),
        make("ol", {}, ...changes.map((change, i) => make("li", {}, make("span", {}, ...words(change)),
          make("button", {
            type: "button", "aria-label": `Take back change ${i + 1}`,
            onclick: () => {
              changes.splice(i, 1);
              keep();
              focusOn(bar.querySelectorAll("li button")[Math.min(i, changes.length - 1)]);
            },
          }, "Take back"))))),
      make("button", { type: "button", id: "save", onclick: save }, "Save as a file"),
      make("button", {
        type: "button",
        onclick: () => {
          changes = [];
          keep();
          focusOn(null);
        },
      }, "Take all back"),
      make("p", { class: "note" }, make("span", { class: kept && !alone ? "then" : "" }, where()),
        make("span", { class: "then" }, " Then: ", make("code", {}, "nomen refine --run RUN --changes FILE --output RUN2"))));
    document.dispatchEvent(new CustomEvent("nomen-changes"));
  }

  // The button that was pressed is gone with its list.
  const focusOn = (next) => (next ?? document.querySelector("main")).focus();

  function where() {
    if (!kept) {
      return "This browser keeps nothing: save before you leave this page.";
    }
    return alone
      ? "This browser keeps the changes of each page apart: save before you leave this page, and load them on the next."
      : "Kept in this browser.";
  }

  const isPaths = (paths) => Array.isArray(paths) && paths.length > 0 && paths.every((path) => typeof path === "string");
  const isName = (name) => typeof name === "string" && name.trim() !== "";
  const isCluster = (number) => names.has(number);
  const READABLE = {
    rename: (change) => isCluster(change.cluster) && isName(change.name),
    merge: (change) => Array.isArray(change.clusters) && change.clusters.length > 1 && change.clusters.every(isCluster),
    split: (change) => isCluster(change.cluster) && Number.isInteger(change.into),
    apart: (change) => isCluster(change.cluster) && isPaths(change.paths),
    belongs: (change) => isCluster(change.cluster) && isPaths(change.paths),
    together: (change) => isPaths(change.paths) && (change.name === undefined || isName(change.name)),
  };

  // What is wrong with a file, in a sentence; nothing where it can be loaded.
  function fault(file, name) {
    if (file?.format !== FORMAT || !Array.isArray(file.changes)) {
      return `${name} is no file of changes; choose one that a gallery saved.`;
    }
    if (file.version !== VERSION) {
      return `${name} holds changes in version ${file.version}, and this gallery reads version ${VERSION}.`;
    }
    if (file.run !== run) {
      return `${name} was saved in the gallery of run ${file.run}, and this is the gallery of run ${run}.`;
    }
    const wrong = file.changes.findIndex((change) => !Object.hasOwn(READABLE, change?.kind) || !READABLE[change.kind](change));
    return wrong < 0 ? null : `Change ${wrong + 1} in ${name} cannot be read, so nothing was loaded.`;
  }

  // At the end of every page: changes that were saved go after those that are there, none of them twice.
  function loader() {
    const said = make("output", { class: "note" });
    const input = make("input", {
      type: "file", id: "load", accept: ".json,application/json",
      onchange: async () => {
        const [chosen] = input.files;
        const text = chosen.size > LARGEST ? "" : await chosen.text();
        let file = null;
        try {
          file = JSON.parse(text);
        } catch {
          // Told below, as of any other file that is none of changes.
        }
        const wrong = fault(file, chosen.name);
        if (wrong) {
          said.textContent = nomen.say(wrong);
        } else {
          const there = new Set(changes.map((change) => JSON.stringify(change)));
          const more = file.changes.filter((change) => !there.has(JSON.stringify(change)));
          changes.push(...more);
          keep();
          said.textContent = `${nomen.say("Loaded:")} ${count(more.length, "change", "changes")}`;
        }
        input.value = "";
      },
    });
    return make("p", { class: "change-form" }, make("label", { for: "load" }, "Load changes"), " ", input, " ", said);
  }

  function save() {
    const file = { format: FORMAT, version: VERSION, run, changes };
    const link = make("a", {
      href: URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 1)}\n`], { type: "application/json" })),
      download: `nomen-changes-${run.replace(/[^\w.-]+/g, "_")}.json`,
    });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  const button = (text, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, text);

  function options(select, without) {
    for (const [number, name] of names) {
      if (number !== without) {
        select.append(make("option", { value: number }, name));
      }
    }
    return select;
  }

  // On a cluster's page: its name, what it is one with, its parts, and what does not belong to it.
  function onCluster() {
    const cluster = Number(page.dataset.clusterPage);
    const name = make("input", { id: "new-name", autocomplete: "off", maxlength: 200 });
    const largest = Math.min(20, Number(page.dataset.clusterSize));
    const into = make("input", { id: "parts", type: "number", min: 2, max: largest, value: 2, required: true });
    const other = options(make("select", { id: "merge-with" }, make("option", { value: "" }, "…")), cluster);
    const form = make("details", { class: "change-form" },
      make("summary", {}, "Change this cluster"),
      make("form", {
        onsubmit: (event) => {
          event.preventDefault();
          if (name.value.trim()) {
            changes = changes.filter((change) => !isKind("rename", cluster)(change));
            add({ kind: "rename", cluster, name: name.value.trim() });
          }
        },
      }, make("label", { for: "new-name" }, "Call it"), name, make("button", {}, "Rename")),
      make("form", {
        onsubmit: (event) => {
          event.preventDefault();
          if (other.value) {
            add({ kind: "merge", clusters: [cluster, Number(other.value)] });
          }
        },
      }, make("label", { for: "merge-with" }, "One and the same as"), other, make("button", {}, "Merge")),
      largest < 2 ? "" : make("form", {
        onsubmit: (event) => {
          event.preventDefault();
          changes = changes.filter((change) => !isKind("split", cluster)(change));
          add({ kind: "split", cluster, into: Number(into.value) });
        },
      }, make("label", { for: "parts" }, "Parts"), into, make("button", {}, "Split it")));
    document.querySelector(".portrait .words")?.append(form);

    // What was said last of an image: of its cluster, or where it belongs instead.
    const isGone = (path) => changes.findLast((change) => change.paths?.includes(path)
      && (change.kind !== "apart" || change.cluster === cluster))?.kind === "apart";
    const without = (path) => (change) => isKind("apart", cluster)(change)
      ? { ...change, paths: change.paths.filter((p) => p !== path) } : change;
    for (const tile of document.querySelectorAll(".tiles > li[data-path]")) {
      const path = JSON.parse(tile.dataset.path);
      const toggle = button("Not here", () => {
        if (isGone(path)) {
          changes = changes.map(without(path)).filter((change) => !change.paths || change.paths.length);
        } else {
          const known = changes.find((change) => isKind("apart", cluster)(change) && !change.question);
          changes = changes.filter((change) => change !== known);
          changes.push({ kind: "apart", cluster, paths: [...(known?.paths ?? []), path] });
        }
        keep();
      }, { class: "not-here", "aria-label": "This image does not belong here" });
      tile.querySelector("figcaption").append(toggle);
      document.addEventListener("nomen-changes", () => {
        const gone = isGone(path);
        toggle.setAttribute("aria-pressed", String(gone));
        tile.classList.toggle("gone", gone);
      });
    }
  }

  // On the map: what is selected belongs together, to another cluster, or not where it is.
  function onMap({ detail: { list } }) {
    const { map } = nomen;
    const paths = (points) => Promise.all(points.map((i) => map.path(i)));
    const name = make("input", { id: "together-name", autocomplete: "off", maxlength: 200, placeholder: "a name, or none" });
    const target = options(make("select", { id: "belongs-to" }, make("option", { value: "" }, "…")), null);
    const tools = make("div", { class: "change-form" },
      make("form", {
        onsubmit: async (event) => {
          event.preventDefault();
          const chosen = await paths([...map.chosen]);
          add({ kind: "together", paths: chosen, ...(name.value.trim() ? { name: name.value.trim() } : {}) });
        },
      }, make("label", { for: "together-name" }, "These belong together, as"), name, make("button", {}, "Together")),
      make("form", {
        onsubmit: async (event) => {
          event.preventDefault();
          if (target.value) {
            add({ kind: "belongs", cluster: Number(target.value), paths: await paths([...map.chosen]) });
          }
        },
      }, make("label", { for: "belongs-to" }, "These belong to"), target, make("button", {}, "Move")),
      button("These do not belong where they are", async () => {
        const byCluster = new Map();
        for (const i of map.chosen) {
          const { number } = map.clusters[map.clusterOf[i]];
          if (!byCluster.has(number)) {
            byCluster.set(number, []);
          }
          byCluster.get(number).push(i);
        }
        for (const [cluster, points] of byCluster) {
          changes.push({ kind: "apart", cluster, paths: await paths(points) });
        }
        keep();
      }, { id: "apart" }));
    if (map.chosen.size) {
      list.querySelector("#selected-tools").after(tools);
    }
  }

  // On the page of questions: one of the clusters, none of them, or no answer.
  function onQuestions() {
    for (const question of document.querySelectorAll("[data-question]")) {
      const path = JSON.parse(question.dataset.question);
      const offered = [...question.querySelectorAll("[data-answer]")];
      const numbers = offered.map((item) => Number(item.dataset.answer));
      const forget = () => {
        for (const change of changes) {
          if ((change.kind === "belongs" || change.kind === "apart") && change.question) {
            change.paths = change.paths.filter((p) => p !== path);
          }
        }
        changes = changes.filter((change) => !change.paths || change.paths.length);
      };
      const answer = (...said) => {
        forget();
        changes.push(...said.map((change) => ({ ...change, paths: [path], question: true })));
        keep();
      };
      const buttons = offered.map((item, i) => {
        const choose = button("It belongs here", () => answer({ kind: "belongs", cluster: numbers[i] }));
        item.append(choose);
        return choose;
      });
      const none = button("None of these", () => answer(...numbers.map((cluster) => ({ kind: "apart", cluster }))));
      const skip = button("No answer", () => {
        forget();
        keep();
      });
      question.append(make("p", { class: "change-form" }, none, " ", skip));
      document.addEventListener("nomen-changes", () => {
        const said = changes.filter((change) => change.question && change.paths.includes(path));
        buttons.forEach((choose, i) => choose.setAttribute("aria-pressed",
          String(said.some((change) => change.kind === "belongs" && change.cluster === numbers[i]))));
        none.setAttribute("aria-pressed", String(said.some((change) => change.kind === "apart")));
        question.classList.toggle("answered", said.length > 0);
      });
    }
  }

  read();
  nomen.changes = { add, all: () => changes };
  document.querySelector("main").append(bar);
  nomen.load("map/clusters").then((clusters) => {
    names = new Map(clusters.map(({ number, name }) => [number, name]));
    if (page) {
      onCluster();
    }
    document.addEventListener("nomen-selected", onMap);
    onQuestions();
    document.querySelector("footer").prepend(loader());
    show();
    // Another tab, or a page that comes back as it was left, must not undo what was said meanwhile.
    const again = () => {
      if (kept) {
        read();
        show();
      }
    };
    addEventListener("storage", (event) => event.key === key && again());
    addEventListener("pageshow", (event) => event.persisted && again());
  });
})();
