// What makes filtering quicker where a browser can: a filter, an order, a page or a search is asked for in place, the
// control just used keeps the focus, and the new count is said. The address and the history are those of the links and
// forms, and whatever goes wrong ends in the ordinary page. Nothing of a search is kept.
"use strict";

const parts = ["skips", "found", "foot"]; // what of a page belongs to its answer
let asking = null, shown = location.pathname + location.search;

// way finds the control that a control of the page will be after the answer: by its id, by what it sends, or by its
// place in the nearest part with an id. A pager leads to the top of its results.
function way(control) {
  const id = control?.closest("[id]")?.id;
  if (!id || control.matches(".pager a")) return () => document.getElementById("results");
  const sends = control.name && `[name="${CSS.escape(control.name)}"]:not([type=hidden])` + (control.type === "checkbox" ? `[value="${CSS.escape(control.value)}"]` : "");
  const n = [...document.getElementById(id).querySelectorAll(control.localName)].indexOf(control);
  return () => {
    const home = document.getElementById(id);
    if (control.id) return home;
    if (sends) return document.querySelector(sends);
    return home && ([...home.querySelectorAll(control.localName)].slice(0, n + 1).pop() ?? home.querySelector("summary"));
  };
}

function swap(fresh, hash) {
  const old = document.activeElement, used = document.getElementById("found").contains(old), back = way(old);
  const top = old.getBoundingClientRect().top, typed = used && old.matches("input:not([type=checkbox])") && [old.value, old.selectionStart, old.selectionEnd];
  for (const kept of document.querySelectorAll("#found details[id]")) { // as the reader left it
    const same = fresh.getElementById(kept.id), box = same?.querySelector(".ex");
    if (same) same.open = kept.open;
    if (box) box.toggleAttribute("checked", kept.querySelector(".ex")?.checked);
  }
  for (const id of parts) document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
  for (const link of document.querySelectorAll("link[rel=canonical], link[rel=alternate]")) link.remove();
  document.head.append(...fresh.querySelectorAll("link[rel=canonical], link[rel=alternate]"));
  document.title = fresh.title;
  if (used) {
    const now = back() ?? document.getElementById(hash.slice(1))?.querySelector("summary") ?? document.getElementById("results") ?? document.getElementById("found").querySelector(".seg a[aria-current]") ?? document.getElementById("main");
    if (typed && now.name === old.name) [now.value, now.selectionStart, now.selectionEnd] = typed;
    now.focus({preventScroll: true});
    if (now.id === "results") now.scrollIntoView();
    else scrollBy(0, now.getBoundingClientRect().top - top);
  }
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = fresh.getElementById("said").textContent; });
  document.dispatchEvent(new Event("swapped"));
}

async function load(url, push) {
  asking?.abort();
  const mine = asking = new AbortController(), found = document.getElementById("found");
  found.ariaBusy = "true";
  try {
    const answer = await fetch(url, {signal: mine.signal, headers: {Accept: "text/html"}});
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (parts.some(id => !fresh.getElementById(id))) throw new Error("this is no page of the same kind");
    const to = new URL(answer.url);
    to.hash = url.hash;
    if (push) {
      history.replaceState({y: scrollY}, "");
      history.pushState(null, "", to);
    }
    shown = to.pathname + to.search;
    swap(fresh, url.hash);
    if (!push) scrollTo(0, history.state?.y ?? scrollY);
    found.ariaBusy = null;
  } catch {
    if (!mine.signal.aborted) location.assign(url);
  }
}

// here reports whether an address is the same page with another question.
const here = url => url.origin === location.origin && url.pathname === location.pathname && url.pathname + url.search !== shown;

document.addEventListener("click", e => {
  const a = e.target.closest("#found a[href]");
  if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey || a.hasAttribute("download")) return;
  const url = new URL(a.href.baseVal ?? a.href, location.href);
  if (!here(url)) return;
  e.preventDefault();
  load(url, true);
});
document.addEventListener("submit", e => {
  const url = new URL(e.target.action);
  if (!e.target.closest("#found") || e.target.method !== "get" || url.pathname !== location.pathname) return;
  e.preventDefault();
  url.search = new URLSearchParams([...new FormData(e.target, e.submitter)].filter(([, value]) => value.trim()));
  load(url, true);
});
document.addEventListener("change", e => {
  if (e.target.matches("#found form[action='/search'] :is(select, input[type=checkbox])[name]")) e.target.form.requestSubmit();
});
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) load(new URL(location.href), false);
});
