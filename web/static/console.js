// What scripts add to pages that work without them.
"use strict";
for (const one of document.querySelectorAll(".needs-script")) one.hidden = false;

// What can no longer be taken back offers it no longer.
for (const one of document.querySelectorAll("form.undo")) {
  setTimeout(() => one.remove(), 1000 * Number(one.dataset.seconds));
}

// The tab of this page is in sight, also where the row of tabs is longer than the screen.
const tab = document.querySelector(".tabs [aria-current]");
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.clientWidth) / 2;

// A double click on a button is one click: the same form is not sent twice within this many milliseconds.
const TWICE = 1000;
const sentAt = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (event.timeStamp - (sentAt.get(form) ?? -Infinity) < TWICE) event.preventDefault();
  else sentAt.set(form, event.timeStamp);
});
