// The reviewer's keyboard, and a queue that keeps itself fresh. All of it works by form and link without this file.
"use strict";
(() => {
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

  form?.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=choice]");
    if (button && !choose(button)) event.preventDefault();
  });
  reason?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      if (chosen && reason.value.trim()) form.requestSubmit(chosen);
    } else if (event.key === "Escape") {
      reason.blur();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
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

  for (const one of document.querySelectorAll("form.undo")) {
    setTimeout(() => one.remove(), 1000 * Number(one.dataset.seconds));
  }

  // Looks for news while the page is looked at and nothing in it is chosen; never under somebody's fingers.
  async function look() {
    const rows = document.getElementById("rows");
    if (!rows || document.hidden || rows.querySelector(":checked, :focus")) return;
    const answer = await fetch(rows.dataset.live, { redirect: "manual" });
    if (answer.type === "opaqueredirect") htmx.trigger(rows, "look");
  }
  document.documentElement.dataset.keys = "ready";
  if (document.getElementById("rows")) setInterval(() => look().catch(() => {}), 10_000);
})();
