// Runs before the page is painted: dark where this device wants it, and the reader's time zone for the office.
"use strict";
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    if (root.dataset.theme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  paint();
  dark.addEventListener("change", paint);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Written anew wherever the device went since, so that days and times are those of where its person is.
  if (zone && !document.cookie.split("; ").includes(`__Host-zone=${zone}`)) {
    document.cookie = `__Host-zone=${zone}; Path=/; Secure; SameSite=Strict; Max-Age=31536000`;
  }
})();
