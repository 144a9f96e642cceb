// The reviewer's keyboard, and a queue that keeps itself fresh. All of it works by form and link without this file.
"use strict";
(() => {
  // Milliseconds that an incident was before the eyes, with no key held, before a decision counts: longer than a double
  // click and than a key takes to repeat itself, so that what was meant for the last page never decides this one.
  const EYES = 700;
  // Milliseconds in which a decision on its way is not sent a second time.
  const ON_ITS_WAY = 5000;
  const root = document.documentElement;
  const typing = (at) => at.closest("input, select, textarea, [contenteditable]");
  const links = () => [...document.querySelectorAll(".row-link")];
  let at = -1;

  function go(step) {
    const all = links();
    if (!all.length) return;
    // Rows may have come or gone since; who stands in one goes on from there.
    const here = all.indexOf(document.activeElement);
    if (here >= 0) at = here;
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all[at].focus();
  }

  const queue = {
    j: () => go(1),
    k: () => go(-1),
    x: () => document.activeElement.closest("tr")?.querySelector("[name=incident]")?.click(),
    "/": () => document.getElementById("search")?.focus(),
  };

  let chosen = null;
  const reason = document.getElementById("reason");
  const form = document.getElementById("deciding");

  // A choice that needs a reason waits for it in the field, where Enter then means that choice.
  function choose(button) {
    if (button.dataset.reason && reason && !reason.value.trim()) {
      chosen = button;
      form.querySelectorAll(".chosen").forEach((one) => one.classList.remove("chosen"));
      button.classList.add("chosen");
      reason.focus();
      return false;
    }
    return true;
  }

  let settling = 0;
  let sent = -Infinity;
  const settled = () => root.dataset.keys === "ready";

  function settle() {
    clearTimeout(settling);
    delete root.dataset.keys;
    if (document.hidden) return;
    const ready = () => (root.dataset.keys = "ready");
    if (form) settling = setTimeout(ready, EYES);
    else ready();
  }

  document.addEventListener("visibilitychange", settle);
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = -Infinity;
    settle();
  });

  form?.addEventListener("submit", (event) => {
    if (settled() && performance.now() - sent > ON_ITS_WAY) sent = performance.now();
    else event.preventDefault();
  });
  form?.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=choice]");
    if (button && !choose(button)) event.preventDefault();
  });
  reason?.addEventListener("keydown", (event) => {
    // Enter also ends the writing of a Chinese word, and then means no choice.
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (!event.repeat && chosen && reason.value.trim()) form.requestSubmit(chosen);
    } else if (event.key === "Escape") {
      reason.blur();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
    const early = button?.form === form && !settled();
    if (event.repeat || early) {
      // One press is one decision: a held key moves through the rows, and nothing else.
      if (form && button) settle();
      else if (!button && links().length && "jk".includes(event.key)) queue[event.key]();
      return;
    }
    if (button) {
      event.preventDefault();
      button.click();
    } else if (links().length && queue[event.key]) {
      event.preventDefault();
      queue[event.key]();
    } else if (event.key === "n") {
      document.getElementById("next")?.click();
    } else if (event.key === "c" && document.getElementById("comment")) {
      event.preventDefault();
      document.getElementById("comment").focus();
    }
  });

  // Looks for news while the page is looked at and nothing in it is chosen; never under somebody's fingers.
  const touched = (rows) =>
    rows.querySelector("input:checked, input:focus") || [...rows.querySelectorAll("input[name=reason]")].some((one) => one.value);

  async function look() {
    const rows = document.getElementById("rows");
    if (!rows || document.hidden || touched(rows) || rows.querySelector(":focus")) return;
    const answer = await fetch(rows.dataset.live, { redirect: "manual" });
    if (answer.type === "opaqueredirect" && rows.isConnected && !touched(rows)) htmx.trigger(rows, "look");
  }
  settle();
  // Who began to choose or to type while the rows were under way keeps what they see.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const came = event.detail.requestConfig?.triggeringEvent;
    if (came?.type === "look" && touched(event.detail.target)) event.detail.shouldSwap = false;
  });
  if (document.getElementById("rows")) setInterval(() => look().catch(() => {}), 10_000);
})();
