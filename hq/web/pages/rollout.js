// @ts-check
/** The page of the configuration: how far the branches are comes again every two seconds, and moves under nobody's hand. */
import { show } from "look/steady.js";

const box = document.getElementById("andamento");

async function renew() {
  if (!box || document.hidden) return;
  try {
    const r = await fetch("/configuracao/andamento", { headers: { Accept: "text/html" } });
    if (r.ok) show("rollout", box, await r.text());
  } catch { /* the next time */ }
}
if (box) setInterval(renew, 2000);
