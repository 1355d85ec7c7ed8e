// What a browser can add to pages that are whole without it: a range drawn across the histogram of years, and a list of
// passages kept in this browser. Words and addresses stand in the page; nothing is sent that a link or form would not send.
"use strict";

// A range drawn across the histogram fills the two boxes below it and sends their form. A bar alone is a link.
let range = null; // while it is drawn: the histogram, its bars, and the first and last of them
function reach(x) {
  const {left, width} = range.years.getBoundingClientRect(), n = range.bars.length;
  return Math.max(0, Math.min(n - 1, Math.floor((x - left) / width * n)));
}
document.addEventListener("dragstart", e => {
  if (range) e.preventDefault();
});
document.addEventListener("pointerdown", e => {
  const years = e.target.closest("svg.years");
  if (!years || e.button !== 0) return;
  range = {years, bars: [...years.querySelectorAll("[data-year]")]};
  range.start = range.end = reach(e.clientX);
});
document.addEventListener("pointermove", e => {
  if (!range || reach(e.clientX) === range.end) return;
  range.end = reach(e.clientX);
  const first = Math.min(range.start, range.end), last = Math.max(range.start, range.end), {from, to} = range.years.closest("form").elements;
  from.value = range.bars[first].dataset.year;
  to.value = range.bars[last].dataset.year;
  range.bars.forEach((bar, i) => bar.classList.toggle("drawn", i >= first && i <= last));
});
document.addEventListener("pointercancel", () => { range = null; });
document.addEventListener("pointerup", () => {
  const done = range;
  range = null;
  if (!done || done.start === done.end) return;
  done.years.addEventListener("click", e => e.preventDefault(), {capture: true, once: true});
  done.years.closest("form").requestSubmit();
});

// The list: identifier, name and place of each passage, in this browser's own storage. No text is kept, so that what is
// taken down stays nowhere.
const list = {
  key: "uhri.list",
  most: 200, // as many identifiers as a query holds
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      return Array.isArray(kept) ? kept.filter(p => typeof p?.id === "string" && /^[0-9a-z-]+$/.test(p.id)) : [];
    } catch {
      return [];
    }
  },
  write(kept) {
    try {
      if (kept.length) localStorage.setItem(this.key, JSON.stringify(kept));
      else localStorage.removeItem(this.key);
    } catch { /* storage is switched off or full: the buttons keep saying so */ }
    show();
  },
  without(id) {
    this.write(this.read().filter(p => p.id !== id));
  },
};

function show() {
  const kept = list.read();
  for (const mine of document.querySelectorAll("[data-mine]")) {
    mine.hidden = !kept.length;
    mine.querySelector(".n").textContent = kept.length;
  }
  for (const button of document.querySelectorAll("button.save")) {
    const on = kept.some(p => p.id === button.dataset.id), full = !on && kept.length >= list.most;
    button.hidden = false;
    button.disabled = full;
    button.setAttribute("aria-pressed", on);
    button.firstElementChild.textContent = full ? button.dataset.full : on ? button.dataset.saved : button.dataset.unsaved;
  }
  const page = document.getElementById("list");
  if (!page) return;
  page.hidden = false;
  page.querySelector(".some").hidden = !kept.length;
  page.querySelector(".nothing").hidden = kept.length > 0;
  const query = kept.map(p => "id:" + p.id).join(" OR ");
  for (const a of page.querySelectorAll("[data-href]")) a.href = a.dataset.href + "?q=" + encodeURIComponent(query);
  const rows = document.createElement("ol");
  rows.className = "rows";
  page.querySelector(".kept").replaceChildren(rows);
  rows.replaceChildren(...kept.map(p => {
    const row = page.querySelector("template").content.cloneNode(true);
    const a = row.querySelector("a");
    a.href = "/r/" + p.id;
    a.textContent = p.title;
    row.querySelector(".place").textContent = p.place;
    const remove = row.querySelector("button");
    remove.append(" ", p.title + ", " + p.place);
    remove.addEventListener("click", () => {
      list.without(p.id);
      page.querySelector("h2").focus();
    });
    return row;
  }));
}

document.addEventListener("click", e => {
  const save = e.target.closest("button.save");
  if (save) {
    const {id, title, place} = save.dataset;
    if (save.getAttribute("aria-pressed") === "true") list.without(id);
    else list.write([...list.read(), {id, title, place}]);
  } else if (e.target.closest("#list .clear")) {
    list.write([]);
    document.querySelector("#list .nothing").focus();
  }
});
addEventListener("storage", show); // another tab
addEventListener("pageshow", show); // back
document.addEventListener("swapped", show); // other results in place, see search.js
show();
