"use strict";
// Folds a node: hides the rows below it that are deeper, but keeps what was folded inside as it was.
document.addEventListener("click", (event) => {
  const fold = event.target.closest("button.fold");
  if (!fold) return;
  fold.setAttribute("aria-expanded", fold.getAttribute("aria-expanded") === "true" ? "false" : "true");
  let folded = Infinity;
  for (const row of fold.closest(".tree").children) {
    const depth = Number(row.dataset.depth);
    if (depth <= folded) folded = Infinity;
    row.hidden = depth > folded;
    const button = row.querySelector("button.fold");
    if (folded === Infinity && button && button.getAttribute("aria-expanded") === "false") folded = depth;
  }
});
