// What scripts add to pages that work without them.
"use strict";
for (const one of document.querySelectorAll(".needs-script")) one.hidden = false;
