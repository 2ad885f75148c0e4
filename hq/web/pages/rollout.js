// @ts-check
/**
 * The page of the configuration: how far the branches are comes again every two seconds, and moves under nobody's hand. A draft
 * that was not tried on all branches yet is tried on more.
 */
import { show } from "look/steady.js";

/** @param {string} id @param {string} path @param {string} key */
async function renew(id, path, key) {
  const box = document.getElementById(id);
  if (!box || document.hidden) return;
  try {
    const r = await fetch(path, { headers: { Accept: "text/html" } });
    if (r.ok) show(key, box, await r.text());
  } catch { /* the next time */ }
}

/** One round after the other: a slow answer is not asked for twice. */
async function round() {
  await renew("andamento", "/configuracao/andamento", "rollout");
  await renew("cada-loja", `/configuracao/lojas${location.search}`, "stands");
  if (document.querySelector("#ensaio [data-more]")) await renew("ensaio", "/configuracao/ensaio", "trial");
  setTimeout(round, 2000);
}
if (document.getElementById("andamento")) setTimeout(round, 2000);

for (const select of document.querySelectorAll("#procura select")) {
  select.addEventListener("change", () => { /** @type {HTMLSelectElement} */ (select).form?.requestSubmit(); });
}
