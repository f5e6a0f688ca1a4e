// Sorting, filtering and arrow keys for the class page. Without any of this it reads all the same.
"use strict";
(() => {
  const body = document.querySelector(".heat tbody");
  if (!body) return;
  const rows = [...body.rows];
  const given = new Map(rows.map((row, place) => [row, place]));
  const collator = new Intl.Collator(document.documentElement.lang, { sensitivity: "base", numeric: true });
  const worstFirst = ["failed", "blocked", "error", "skipped", "passed", "absent"];

  // What a row is sorted by; undefined goes last in both directions: who has no mark is not the worst.
  const keyOf = {
    name: (row) => row.cells[0].querySelector(".name").textContent,
    mark: (row) => (row.dataset.mark === undefined ? undefined : Number(row.dataset.mark)),
    time: (row) => Number(row.dataset.time),
    alias: (row) => Number(row.dataset.alias),
    given: (row) => given.get(row),
  };
  const verdictOf = (column) => (row) => {
    const place = row.querySelector("td.none") ? -1 : worstFirst.indexOf(row.cells[column + 2].className);
    return place < 0 ? undefined : place;
  };
  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);

  const discreet = document.querySelector("#discreet");
  const heads = [...document.querySelectorAll("th[data-sort]")];
  const order = (key, down) => {
    const keyed = rows.map((row) => [key(row), row]);
    keyed.sort(([a, rowA], [b, rowB]) => {
      if (a === undefined || b === undefined) return (a === undefined) - (b === undefined) || given.get(rowA) - given.get(rowB);
      return (down ? -compare(a, b) : compare(a, b)) || given.get(rowA) - given.get(rowB);
    });
    body.append(...keyed.map(([, row]) => row));
  };
  const sortBy = (head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sort = discreet.checked && head.dataset.sort === "name" ? "alias" : head.dataset.sort;
    order(keyOf[sort] ?? verdictOf(Number(sort)), down);
  };
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(head.firstElementChild);
    head.prepend(button);
    button.addEventListener("click", () => sortBy(head));
  }

  const find = document.querySelector("#find");
  const show = document.querySelector("#show");
  const shown = document.querySelector("#shown");
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const filter = () => {
    const words = folded(find.value).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of rows) {
      const tags = row.dataset.tags.split(" ");
      const stays = words.every((word) => row.dataset.find.includes(word)) && (!show.value || tags.includes(show.value));
      row.hidden = !stays;
      document.getElementById(`s${given.get(row) + 1}`).hidden = !stays;
      n += stays;
    }
    const sentence = n === 1 ? shown.dataset.one : shown.dataset.many;
    shown.textContent = sentence.replace("{n}", n).replace("{total}", rows.length);
  };
  find.addEventListener("input", filter);
  show.addEventListener("change", filter);
  document.querySelector(".controls").hidden = false;
  filter();

  // While names are hidden the order of the rows must not give them away either.
  const hideNames = () => {
    find.value = show.value = "";
    filter();
    for (const head of heads) head.removeAttribute("aria-sort");
    order(discreet.checked ? keyOf.alias : keyOf.given, false);
  };
  discreet.addEventListener("change", hideNames);
  discreet.parentElement.hidden = false;
  if (discreet.checked) hideNames();

  // Tab goes from name to name; the arrows go on from there, over the cells that have something to say.
  body.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr");
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const stops = [...row.querySelectorAll("a")];
      stops[stops.indexOf(event.target) + step]?.focus();
      return;
    }
    const column = event.target.closest("td, th").cellIndex;
    let next = row;
    let stop = null;
    do {
      next = step > 0 ? next.nextElementSibling : next.previousElementSibling;
      stop = next?.hidden ? null : next?.cells[column]?.querySelector("a");
    } while (next && !stop);
    stop?.focus();
  });
})();
