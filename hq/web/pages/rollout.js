// @ts-check
/** The page of the configuration: how far the branches are comes again every two seconds, unless somebody is inside. */
const box = document.getElementById("andamento");

async function renew() {
  if (!box || document.hidden || box.contains(document.activeElement)) return;
  try {
    const r = await fetch("/configuracao/andamento", { headers: { Accept: "text/html" } });
    if (!r.ok) return;
    const html = await r.text();
    const open = [...box.querySelectorAll("details")].map((d) => d.open);
    if (box.innerHTML !== html) box.innerHTML = html;
    box.querySelectorAll("details").forEach((d, i) => { d.open = open[i] ?? d.open; });
  } catch { /* the next time */ }
}
if (box) setInterval(renew, 2000);
