// @ts-check
/** Buttons that print the page; the paper's look is in the style sheet. */
for (const b of document.querySelectorAll("[data-print]")) b.addEventListener("click", () => window.print());
