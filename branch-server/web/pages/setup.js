// @ts-check
// The set-up keeps what is changed as it is changed, says what is wrong at once, and puts the cursor where a fault is.
// Without it every page works by its buttons.

/** Puts the focus on the field that the address names. */
function focusNamed() {
  const id = decodeURIComponent(location.hash.slice(1));
  const at = id ? document.getElementById(id) : null;
  if (!at) return;
  if (id.startsWith("linha-")) {
    const area = /** @type {HTMLTextAreaElement|null} */ (document.getElementById("texto"));
    if (!area) return;
    const lines = area.value.split("\n");
    const line = Number(id.slice(6));
    const start = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
    area.focus({ preventScroll: true });
    area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    at.classList.add("here");
    at.scrollIntoView({ block: "center" });
    return;
  }
  at.focus({ preventScroll: true });
  at.scrollIntoView({ block: "center" });
}

let saving = false;
let pending = false;

/** Keeps the form in the draft, and shows what came of it without moving the cursor. @param {HTMLFormElement} form */
async function keep(form) {
  if (saving) {
    pending = true;
    return;
  }
  saving = true;
  const status = document.getElementById("guardado");
  if (status) status.textContent = "A guardar…";
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !name.startsWith("name:")) body.append(name, value);
    }
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (!response.ok && response.status !== 409 && response.status !== 422) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const later = changedSince(form, body);
    show(fresh);
    for (const [id, value] of later) put(id, value);
  } catch {
    const now = document.getElementById("guardado");
    if (now) now.textContent = "Ainda não ficou guardado: sem ligação. Carregue em «Guardar no rascunho».";
  } finally {
    saving = false;
    if (pending) {
      pending = false;
      const fresh = document.getElementById("campos");
      if (fresh instanceof HTMLFormElement) void keep(fresh);
    }
  }
}

/**
 * What was changed in a form after it was sent: the next sending takes it, and the answer to this one may not undo it.
 * @param {HTMLFormElement} form
 * @param {URLSearchParams} sent
 * @returns {[string, string | boolean][]}
 */
function changedSince(form, sent) {
  /** @type {[string, string | boolean][]} */
  const later = [];
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) || !field.id || !sent.has(`was:${field.name}`)) continue;
    if (field instanceof HTMLInputElement && field.type === "checkbox") {
      if (field.checked !== sent.has(field.name)) later.push([field.id, field.checked]);
    } else if (field.value !== sent.get(field.name)) later.push([field.id, field.value]);
  }
  return later;
}

/** Puts a value into a field. @param {string} id @param {string | boolean} value */
function put(id, value) {
  const field = document.getElementById(id);
  if (field instanceof HTMLInputElement && typeof value === "boolean") field.checked = value;
  else if ((field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) && typeof value === "string") field.value = value;
}

/** Puts a fresh page in place of this one, with what is being typed kept. @param {Document} fresh */
function show(fresh) {
  const active = document.activeElement;
  const typing = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement || active instanceof HTMLSelectElement ? active : null;
  const typed = typing ? typing.value : "";
  const adds = [...document.querySelectorAll(".add input:not([type=hidden])")].map((e) => /** @type {HTMLInputElement} */ (e)).map((e) => [e.id, e.value]);
  const note = /** @type {HTMLInputElement|null} */ (document.getElementById("note"))?.value ?? "";
  const old = document.getElementById("setup");
  const next = fresh.getElementById("setup");
  if (!old || !next) {
    location.reload();
    return;
  }
  const rail = old.querySelector(".rail")?.scrollTop ?? 0;
  old.replaceWith(document.adoptNode(next));
  const side = document.querySelector(".rail");
  if (side) side.scrollTop = rail;
  for (const [id, value] of adds) {
    const field = document.getElementById(id ?? "");
    if (field instanceof HTMLInputElement) field.value = value ?? "";
  }
  const noteNow = document.getElementById("note");
  if (noteNow instanceof HTMLInputElement) noteNow.value = note;
  if (typing?.id) {
    const field = document.getElementById(typing.id);
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
      if (!(field instanceof HTMLInputElement && field.type === "checkbox") && field.value !== typed) field.value = typed;
      field.focus({ preventScroll: true });
    }
  }
  const status = document.getElementById("guardado");
  if (status) status.textContent = document.getElementById("dito") ? "" : "Guardado no rascunho.";
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLElement)) return;
  const form = field.closest("form");
  if (!(form instanceof HTMLFormElement) || form.getAttribute("id") !== "campos" || field.closest(".add")) return;
  void keep(form);
});

document.addEventListener("input", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement) || area.id !== "texto") return;
  const numbers = document.querySelector(".line-numbers");
  const want = area.value.split("\n").length;
  if (!numbers || numbers.children.length === want) return;
  area.rows = want;
  while (numbers.children.length > want) numbers.lastElementChild?.remove();
  while (numbers.children.length < want) {
    const line = document.createElement("li");
    line.id = `linha-${numbers.children.length + 1}`;
    numbers.append(line);
  }
});

window.addEventListener("hashchange", focusNamed);
focusNamed();

export {};
