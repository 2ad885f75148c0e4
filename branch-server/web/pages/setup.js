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
let afterwards = ""; // a button that was pressed while another answer was on its way

/**
 * Keeps the form in the draft, and shows what came of it without moving the cursor. A button that was pressed says what
 * else to do.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} [button]
 */
async function keep(form, button) {
  if (saving && button) {
    afterwards = button.id;
    return;
  }
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
    if (button) body.append(button.name, button.value);
    const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    if (!response.ok && response.status !== 409 && response.status !== 422) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const later = changedSince(form, body);
    show(fresh);
    for (const [id, value] of later) put(id, value);
    if (button) stay(button.id);
  } catch {
    const now = document.getElementById("guardado");
    if (now) now.textContent = "Ainda não ficou guardado: sem ligação. Carregue em «Guardar no rascunho».";
  } finally {
    saving = false;
    const next = afterwards ? document.getElementById(afterwards) : null;
    afterwards = "";
    if (next instanceof HTMLButtonElement && next.form) void keep(next.form, next);
    else if (pending) {
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
  wear(next);
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
  if (field instanceof HTMLInputElement && field.type === "file") return; // a picture goes by its own button
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

/** Keeps the focus on a button that moved with its part, or on its part if it is at the end. @param {string} id */
function stay(id) {
  const button = document.getElementById(id);
  if (!(button instanceof HTMLButtonElement)) return;
  const other = button.parentElement?.querySelector("button:not([disabled])");
  const to = button.disabled && other instanceof HTMLElement ? other : button;
  to.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

/** On which paper the slip is looked at; it stays while the draft changes. @returns {URLSearchParams | null} */
function paper() {
  const form = document.getElementById("talao-em");
  if (!(form instanceof HTMLFormElement)) return null;
  const on = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") on.set(name, value);
  return on;
}

/** Looks at a fresh page's slip on the same paper as before. @param {Element} next */
function wear(next) {
  const on = paper();
  const picture = next.querySelector("#talao-imagem");
  if (!on || !(picture instanceof HTMLElement)) return;
  const drawn = new URL(picture.getAttribute("src") || "", location.href);
  const draft = drawn.searchParams.get("rascunho") || "";
  if (same(on, drawn.searchParams)) return;
  picture.setAttribute("src", `${drawn.pathname}?${on}&rascunho=${draft}`);
  for (const field of next.querySelectorAll("#talao-em :is(select, input)")) {
    if (field instanceof HTMLSelectElement) field.value = on.get(field.name) || field.value;
    else if (field instanceof HTMLInputElement) field.checked = on.has(field.name);
  }
}

/** @param {URLSearchParams} a @param {URLSearchParams} b */
function same(a, b) {
  return ["mm", "lang", "grande", "via", "prioridade"].every((key) => (a.get(key) || "") === (b.get(key) || ""));
}

/** Shows the slip on another paper: picture, text, length and what is wrong come from the branch. */
async function look() {
  const on = paper();
  if (!on) return;
  history.replaceState(null, "", `${location.pathname}?${on}`);
  try {
    const response = await fetch(`${location.pathname}?${on}`, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = paper();
    if (!now || !same(now, on)) return; // another paper was chosen meanwhile
    const active = document.activeElement?.id;
    for (const id of ["talao-vista", "quiosques"]) {
      const next = fresh.getElementById(id);
      if (next) document.getElementById(id)?.replaceWith(document.adoptNode(next));
    }
    if (active) document.getElementById(active)?.focus({ preventScroll: true });
  } catch {
    location.assign(`${location.pathname}?${on}`);
  }
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLElement && event.target.closest("#talao-em")) void look();
});

let typing = 0;
document.addEventListener("input", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement) || !document.getElementById("talao-vista")) return;
  const form = area.closest("form");
  if (form?.getAttribute("id") !== "campos") return; // one of its fields is called id
  clearTimeout(typing);
  typing = window.setTimeout(() => {
    const now = document.getElementById("campos");
    if (now instanceof HTMLFormElement) void keep(now);
  }, 600);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[name=do]") : null;
  if (!(button instanceof HTMLButtonElement) || !button.form || !/^(up|down):/.test(button.value)) return;
  event.preventDefault();
  void keep(button.form, button);
});

/** Says what became of a slip that a kiosk was asked to print for a test. */
async function watchTest() {
  const at = document.getElementById("talao-ensaio");
  const test = at?.dataset.test;
  if (!at || !test) return;
  for (let tries = 0; tries < 30 && at.isConnected; tries++) {
    try {
      const response = await fetch(`/configuracao/talao/ensaio?ensaio=${encodeURIComponent(test)}`);
      const answer = await response.json();
      at.textContent = `Ensaio: ${answer.text || "à espera do quiosque…"}`;
      if (answer.done) return;
    } catch {
      at.textContent = "Ensaio: sem ligação à loja.";
    }
    await new Promise((done) => setTimeout(done, 700));
  }
  if (at.isConnected) at.textContent = "Ensaio: o quiosque não respondeu. Veja se está ligado e tente de novo.";
}

void watchTest();

window.addEventListener("hashchange", focusNamed);
focusNamed();

export {};
