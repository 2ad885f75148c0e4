// @ts-check
/**
 * Sends one press to the virtual devices and shows what went wrong, if anything did.
 * @param {string} url
 * @param {Record<string, string>} fields
 */
export async function press(url, fields) {
  const place = document.querySelector("[data-problem]");
  let text = "";
  try {
    const r = await fetch(url, { method: "POST", body: new URLSearchParams(fields) });
    if (!r.ok) text = await r.text();
  } catch {
    text = "Sem resposta: a demonstração parou?";
  }
  if (place) {
    place.textContent = text;
    place.toggleAttribute("hidden", !text);
  }
}
