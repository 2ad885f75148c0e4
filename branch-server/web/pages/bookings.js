// @ts-check
/**
 * Booked times: the list of a day with who has come, «Chegou» for reception,
 * and for the coordination the import of files: preview, confirm, undo.
 */
import { html, render, Icon, useState, useEffect, useRef } from "look/html.js";
import { command, newKey } from "look/command.js";
import { span } from "look/stream.js";

/**
 * @typedef {{id: string, time: string, svc: string, code: string, card: boolean, state: string, tk?: string, opens: string, until: string, can: boolean, late: boolean}} Line
 * @typedef {{line: number, what: string, do: string}} Fault
 * @typedef {{added: number, moved: number, removed: number, same: number, faulty: number, faults: Fault[], ignored?: string[], over?: string[],
 *   codes?: {id: string, code: string, qr: string}[], days?: {day: string, n: number}[], format: string}} Result
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const imports = root.hasAttribute("data-imports");

/** @type {Record<string, [string, string, string]>} icon, word, class */
const states = {
  to_come: ["b-free", "por chegar", "free"], here: ["b-ok", "chegou", "ok"], called: ["b-arrow", "chamada", "call"], missed: ["b-closed", "faltou", "closed"],
};
const some = (/** @type {number} */ n, /** @type {string} */ one, /** @type {string} */ many) => (n === 1 ? `1 ${one}` : `${n.toLocaleString("pt-PT")} ${many}`);

/** @param {string} day @param {number} n */
function shifted(day, n) {
  const d = new Date(day + "T12:00:00Z");
  d.setUTCDate(d.getUTCDate() + n);
  return d.toISOString().slice(0, 10);
}

/** @param {{lines: Line[], today: boolean}} p */
function Figures({ lines, today }) {
  const n = (/** @type {string} */ s) => lines.filter((l) => l.state === s).length;
  const figure = (/** @type {string} */ label, /** @type {number} */ value, /** @type {string} */ foot) => html`<div class="figure"><div class="label"><span>${label}</span></div><div class="value"><b>${value}</b><span class="unit">${value === 1 ? "marcação" : "marcações"}</span></div><div class="foot">${foot}</div></div>`;
  return html`<section class="figures" aria-label="Números do dia">
    ${figure("Marcadas", lines.length, today ? "para hoje" : "para este dia")}${figure("Por chegar", n("to_come"), "não contam como espera")}
    ${figure("Chegaram", n("here") + n("called"), `${n("called")} já chamadas`)}${figure("Faltaram", n("missed"), "passaram da tolerância")}
  </section>`;
}

/** @param {{line: Line, arrive: (l: Line) => void, busy: boolean, today: boolean}} p */
function Row({ line: l, arrive, busy, today }) {
  const s = states[l.state] ?? states.to_come;
  return html`<tr key=${l.id}><th scope="row">${l.time}</th><td class="svc">${l.svc}<span class="sub">${l.id}</span></td><td class="code">${l.code}</td>
    <td class="st"><span class=${"state " + s[2]}><${Icon} name=${s[0]} /> ${s[1]}</span></td><td class="ticket-s tk-cell">${l.tk ?? ""}</td>
    <td class="do">${today && !l.tk && (l.can
      ? html`<button type="button" class=${"button small" + (l.late ? "" : " outline")} aria-busy=${busy} aria-label=${`Chegou: ${l.time}, ${l.svc}, código ${l.code}`} onClick=${() => arrive(l)}>${l.late ? "Chegou, tarde" : "Chegou"}</button>`
      : html`<span class="small quiet">a partir das ${l.opens}</span>`)}</td></tr>`;
}

/** @param {{data: any, reload: () => void, setDay: (d: string) => void, age: string}} p */
function Day({ data, reload, setDay, age }) {
  const [find, setFind] = useState("");
  const [busy, setBusy] = useState("");
  const [said, say] = useState(/** @type {any} */ (null));
  const today = data.day === data.today;
  const plain = (/** @type {string} */ t) => t.toLowerCase().normalize("NFD").replace(/[^a-z0-9]/g, "");
  const shown = data.lines.filter((/** @type {Line} */ l) => plain(`${l.code} ${l.time} ${l.svc} ${l.id} ${l.tk ?? ""}`).includes(plain(find)));
  const arrive = async (/** @type {Line} */ l) => {
    if (busy) return;
    setBusy(l.id);
    const answer = await command("/api/bookings/arrive", { id: l.id });
    setBusy("");
    say({ ...answer.data, line: l });
    if (answer.data?.ok) setFind("");
    reload();
  };
  return html`<${Figures} lines=${data.lines} today=${today} />
    ${said && html`<div class=${"notice " + (said.ok ? "ok" : "watch")} role="status"><${Icon} name=${said.ok ? "check" : "b-watch"} />
      <div><b>${said.tk ? html`<span class="ticket-s">${said.tk}</span> · ` : ""}${said.message}</b>${said.next} <span class="quiet">${said.line.time} · ${said.line.svc}</span></div>
      <button type="button" class="button small" onClick=${() => say(null)}>Fechar</button></div>`}
    <section class="panel" aria-labelledby="list"><div class="head"><h2 id="list">${today ? "Hoje" : "Marcações"}, ${data.words}</h2><span class="age">${age}</span></div>
      <div class="in bookings-bar"><div class="search"><${Icon} name="search" /><input type="search" aria-label="Procurar por código, hora, serviço ou referência" placeholder="Código, hora ou referência" autocomplete="off" value=${find} onInput=${(/** @type {any} */ e) => setFind(e.target.value)} /></div>
        <div class="days"><button type="button" class="button" onClick=${() => setDay(shifted(data.day, -1))}><${Icon} name="chevron-left" /><span class="sr-only">Dia anterior</span></button>
        <input class="input" type="date" aria-label="Dia" value=${data.day} onChange=${(/** @type {any} */ e) => e.target.value && setDay(e.target.value)} />
        <button type="button" class="button" onClick=${() => setDay(shifted(data.day, 1))}><${Icon} name="chevron-right" /><span class="sr-only">Dia seguinte</span></button>
        ${!today && html`<button type="button" class="button" onClick=${() => setDay(data.today)}>Hoje</button>`}</div></div>
      ${data.lines.length === 0 ? html`<div class="empty"><h3>Não há marcações neste dia</h3><p>${imports ? "Importe o ficheiro do sistema de marcações, aqui em baixo." : "A coordenação importa-as do sistema de marcações."}</p></div>`
        : shown.length === 0 ? html`<div class="empty"><h3>Nenhuma marcação com «${find}»</h3><p>Confirme o código com a pessoa, e se a marcação é deste dia e desta loja. Sem marcação, tire-lhe uma senha.</p></div>`
        : html`<div class="scroll-x" tabindex="0" role="region" aria-label="Lista das marcações"><table class="table bookings"><caption class="sr-only">Lista das marcações</caption><thead><tr><th scope="col">Hora</th><th scope="col">Serviço</th><th scope="col">Código</th><th scope="col">Estado</th><th scope="col">Senha</th><th scope="col"><span class="sr-only">Ação</span></th></tr></thead>
          <tbody>${shown.map((/** @type {Line} */ l) => html`<${Row} key=${l.id} line=${l} arrive=${arrive} busy=${busy === l.id} today=${today} />`)}</tbody></table></div>`}
    </section>`;
}

/** @param {{r: Result, done: boolean}} p */
function Counts({ r, done }) {
  const part = (/** @type {number} */ n, /** @type {string} */ one, /** @type {string} */ many) => n > 0 && html`<li><b>${n.toLocaleString("pt-PT")}</b> ${n === 1 ? one : many}</li>`;
  const nothing = r.added + r.moved + r.removed === 0;
  return html`<ul class="counts">${part(r.added, "nova", "novas")}${part(r.moved, "mudada", "mudadas")}${part(r.removed, "anulada", "anuladas")}${part(r.same, "já cá estava, igual", "já cá estavam, iguais")}${part(r.faulty, "com falta: não entra", "com faltas: não entram")}</ul>
    ${nothing && html`<p>${done ? "Nada mudou." : "Este ficheiro não muda nada."}</p>`}
    ${r.days && r.days.length > 0 && html`<p class="small quiet">${r.days.slice(0, 6).map((d) => `${d.day}: ${d.n}`).join(" · ")}${r.days.length > 6 ? ` · e mais ${some(r.days.length - 6, "dia", "dias")}` : ""}</p>`}
    ${r.ignored && r.ignored.length > 0 && html`<p class="small quiet">Não são lidas nem guardadas as colunas ${r.ignored.join(", ")}.</p>`}
    ${r.over && r.over.length > 0 && html`<div class="notice watch"><${Icon} name="b-watch" /><div><b>Mais marcações do que a parte reservada</b>${r.over.map((o) => html`<span class="line">${o}</span>`)}Todas entram; as que passam da parte reservada dependem de haver senhas.</div></div>`}
    ${r.faults.length > 0 && html`<div class="scroll-x faults" tabindex="0" role="region" aria-label="Faltas do ficheiro"><table class="table"><caption class="sr-only">Faltas do ficheiro</caption><thead><tr><th class="num" scope="col">Linha</th><th scope="col">O que está errado</th><th scope="col">O que fazer</th></tr></thead>
      <tbody>${r.faults.map((f) => html`<tr><td class="num">${f.line || ""}</td><td>${f.what}</td><td>${f.do}</td></tr>`)}</tbody></table></div>`}`;
}

/** The codes that the branch gave, for whoever tells the citizens. @param {{codes: {id: string, code: string, qr: string}[]}} p */
function Codes({ codes }) {
  const save = () => {
    const text = "id;código;qr\r\n" + codes.map((c) => `${c.id};${c.code};${c.qr}`).join("\r\n") + "\r\n";
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" }));
    a.download = "codigos.csv";
    a.click();
    URL.revokeObjectURL(a.href);
  };
  return html`<p>${some(codes.length, "marcação veio", "marcações vieram")} sem código, e a loja deu-lho. <button type="button" class="button small" onClick=${save}><${Icon} name="download" /> Guardar os códigos</button></p>`;
}

/** @param {{reload: () => void, list: any[]}} p */
function Importer({ reload, list }) {
  const [file, setFile] = useState(/** @type {File|null} */ (null));
  const [preview, setPreview] = useState(/** @type {Result|null} */ (null));
  const [result, setResult] = useState(/** @type {Result|null} */ (null));
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState("");
  const [over, setOver] = useState(false);
  const input = useRef(/** @type {HTMLInputElement|null} */ (null));
  const key = useRef("");
  const clear = () => { setFile(null); setPreview(null); setResult(null); setProblem(""); if (input.current) input.current.value = ""; };
  /** @param {string} url @param {File} f @param {string} doing */
  const post = async (url, f, doing) => {
    setBusy(doing); setProblem("");
    try {
      const answer = await command(url, f, { key: key.current });
      if (answer.ok) return answer.data;
      setProblem(`${answer.data?.message ?? "O ficheiro não foi aceite."} ${answer.data?.next ?? ""}`);
    } catch { setProblem("O ficheiro não se pode ler. Escolha-o de novo."); } finally { setBusy(""); }
    return null;
  };
  const choose = async (/** @type {File|undefined} */ f) => {
    if (!f) return;
    clear(); setFile(f); key.current = newKey();
    setPreview(await post("/api/bookings/preview", f, "A ler o ficheiro…"));
  };
  const confirm = async () => {
    if (!file || busy) return;
    const r = await post("/api/bookings", file, "A importar…");
    if (r) { setResult(r); setPreview(null); reload(); }
  };
  const undo = async (/** @type {any} */ i) => {
    const answer = await command("/api/bookings/undo", { import: i.id });
    setProblem(answer.ok ? "" : `${answer.data?.message} ${answer.data?.next ?? ""}`);
    if (answer.ok) { clear(); setProblem(answer.data.stayed ? `${some(answer.data.stayed, "pessoa já chegou: a sua marcação ficou", "pessoas já chegaram: as suas marcações ficaram")} como estava.` : ""); }
    reload();
  };
  const changes = preview ? preview.added + preview.moved + preview.removed : 0;
  return html`<section class="panel" aria-labelledby="import"><div class="head"><h2 id="import">Importar marcações</h2><span class="note">CSV, iCalendar ou JSON, até 4 MB</span></div><div class="in stack">
    ${!preview && !result && html`<label class=${"drop" + (over ? " over" : "")} onDragOver=${(/** @type {DragEvent} */ e) => { e.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)}
        onDrop=${(/** @type {DragEvent} */ e) => { e.preventDefault(); setOver(false); choose(e.dataTransfer?.files[0]); }}>
      <${Icon} name="upload" /><b>${busy || "Escolha o ficheiro, ou largue-o aqui"}</b><span class="small quiet">Colunas: id; serviço; data; hora. E podem ser: duração; código; documento; estado. Nomes e telefones não são guardados.</span>
      <input ref=${input} type="file" accept=".csv,.ics,.json,.txt,text/csv,text/calendar,application/json" onChange=${(/** @type {any} */ e) => choose(e.target.files[0])} /></label>`}
    ${problem && html`<div class="notice watch" role="alert"><${Icon} name="b-watch" /><div>${problem}</div></div>`}
    ${preview && html`<div class="stack" role="status"><h3>${file?.name}</h3><${Counts} r=${preview} done=${false} />
      <div class="actions">${changes > 0 && html`<button type="button" class="button primary" aria-busy=${!!busy} onClick=${confirm}>${busy || `Importar ${some(changes, "marcação", "marcações")}`}</button>`}<button type="button" class="button" onClick=${clear}>Escolher outro ficheiro</button></div></div>`}
    ${result && html`<div class="notice ok" role="status"><${Icon} name="check" /><div><b>Importação feita</b></div></div><div class="stack"><${Counts} r=${result} done=${true} />${result.codes && result.codes.length > 0 && html`<${Codes} codes=${result.codes} />`}
      <div class="actions"><button type="button" class="button" onClick=${clear}>Importar outro ficheiro</button></div></div>`}
    </div>
    ${list.length > 0 && html`<div class="head"><h3>Últimas importações</h3></div><div class="scroll-x" tabindex="0" role="region" aria-label="Últimas importações"><table class="table"><caption class="sr-only">Últimas importações</caption><thead><tr><th scope="col">Quando</th><th scope="col">Quem</th><th class="num" scope="col">Novas</th><th class="num" scope="col">Mudadas</th><th class="num" scope="col">Anuladas</th><th class="num" scope="col">Faltas</th><th scope="col"><span class="sr-only">Ação</span></th></tr></thead>
      <tbody>${list.map((i) => html`<tr key=${i.id}><th scope="row">${i.when}</th><td>${i.who}</td><td class="num">${i.added}</td><td class="num">${i.moved}</td><td class="num">${i.removed}</td><td class="num">${i.faulty}</td>
        <td>${i.undone ? html`<span class="small quiet">desfeita</span>` : i.last ? html`<button type="button" class="button small" onClick=${() => undo(i)}>Desfazer</button>` : ""}</td></tr>`)}</tbody></table></div>`}
  </section>`;
}

function App() {
  const [day, setDay] = useState(root.dataset.today ?? "");
  const [follows, setFollows] = useState(true); // the page stays on today, also over midnight
  const [data, setData] = useState(/** @type {any} */ (null));
  const [heard, setHeard] = useState(0);
  const [, tick] = useState(0);
  const wanted = useRef("");
  const load = async () => {
    const asked = follows ? "" : day;
    wanted.current = asked;
    try {
      const r = await fetch("/api/bookings" + (asked ? "?day=" + asked : ""), { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (r.status === 401) { location.assign("/entrar?para=/marcacoes"); return; }
      if (r.ok && wanted.current === asked) { setData(await r.json()); setHeard(performance.now()); }
    } catch { /* shown by the age */ }
  };
  useEffect(() => {
    load();
    const t = setInterval(load, 5000), s = setInterval(() => tick((n) => n + 1), 1000);
    return () => { clearInterval(t); clearInterval(s); };
  }, [day, follows]);
  if (!data) return html`<main class="page" id="conteudo"><h1>Marcações</h1><p class="quiet" role="status">A ligar à loja…</p></main>`;
  const age = performance.now() - heard;
  const stale = age > 15000;
  return html`<main class="page stack" id="conteudo"><div class="page-head"><h1>Marcações</h1>${imports && html`<a class="button" href="#import"><${Icon} name="upload" /> Importar</a>`}</div>
    ${stale && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>A religar, há ${span(age)}</b>O que vê é das ${data.now}.</div></div>`}
    <${Day} data=${data} reload=${load} age=${stale ? "" : `há ${span(age)}`} setDay=${(/** @type {string} */ d) => { setFollows(d === data.today); setDay(d); }} />
    ${imports && html`<${Importer} reload=${load} list=${data.imports ?? []} />`}</main>`;
}

render(html`<${App} />`, root);
