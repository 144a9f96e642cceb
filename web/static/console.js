// What scripts add to pages that work without them.
"use strict";
(() => {
  // Milliseconds in which the same form is not sent twice.
  const TWICE = 1000;
  const sentAt = new WeakMap();
  for (const one of document.querySelectorAll(".needs-script")) one.hidden = false;

  // What can no longer be taken back offers it no longer.
  for (const one of document.querySelectorAll("form.undo")) {
    setTimeout(() => one.remove(), 1000 * Number(one.dataset.seconds));
  }

  // The tab of this page is in sight, also where the row of tabs is longer than the screen.
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.clientWidth) / 2;

  // A double click on a button is one click, and sends its form once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.timeStamp - (sentAt.get(form) ?? -Infinity) < TWICE) event.preventDefault();
    else sentAt.set(form, event.timeStamp);
  });
  // Its second click may fall on the page that the first one led to, and means no button there.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (event.detail > 1 && button?.form?.method === "post") event.preventDefault();
  });
})();
