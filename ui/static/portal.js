// What a browser can add to pages that are whole without it: a range drawn across the histogram of years, and a list of
// passages kept in this browser. Words and addresses stand in the page; nothing is sent that a link or form would not send.
"use strict";

// A range drawn across the histogram fills the two boxes below it and sends their form. A bar alone is a link.
for (const years of document.querySelectorAll("svg.years")) {
  const bars = [...years.querySelectorAll("[data-year]")];
  const form = years.closest("form");
  const under = x => {
    const r = years.getBoundingClientRect();
    return Math.max(0, Math.min(bars.length - 1, Math.floor((x - r.left) / r.width * bars.length)));
  };
  let start = -1, end = -1;
  const fill = () => {
    const first = Math.min(start, end), last = Math.max(start, end);
    form.elements.from.value = bars[first].dataset.year;
    form.elements.to.value = bars[last].dataset.year;
    bars.forEach((bar, i) => bar.classList.toggle("drawn", i >= first && i <= last));
  };
  years.addEventListener("dragstart", e => e.preventDefault());
  years.addEventListener("pointerdown", e => {
    if (e.button === 0) start = end = under(e.clientX);
  });
  document.addEventListener("pointermove", e => {
    if (start >= 0 && under(e.clientX) !== end) {
      end = under(e.clientX);
      fill();
    }
  });
  document.addEventListener("pointercancel", () => { start = -1; });
  document.addEventListener("pointerup", () => {
    const drawn = start >= 0 && start !== end;
    start = -1;
    if (drawn) {
      years.addEventListener("click", e => e.preventDefault(), {capture: true, once: true});
      form.requestSubmit();
    }
  });
}

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
show();
