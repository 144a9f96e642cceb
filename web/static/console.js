// What scripts add to pages that work without them.
"use strict";
for (const one of document.querySelectorAll(".needs-script")) one.hidden = false;

// A double click on a button is one click: the same form is not sent twice within this many milliseconds.
const TWICE = 1000;
const sentAt = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (event.timeStamp - (sentAt.get(form) ?? -Infinity) < TWICE) event.preventDefault();
  else sentAt.set(form, event.timeStamp);
});
