// @ts-check
/**
 * The coordinator's page: the branch as it is now. Figures come ready-made
 * from the branch; only the time in each counter's state runs here.
 */
import { html, render, Icon } from "look/html.js";
import { span } from "look/stream.js";
import { ageWords, asOf, follow, hour, now, timer } from "./live.js";
import { kept } from "look/steady.js";
import { look, office, Office } from "./office.js";

/**
 * @typedef {{id: string, letter: string, name: string, body: string, waiting: number, marks: {min: number, kind: string, tk: string, id: number}[],
 *   target: number, longest: number, median: number, p90: number, level: number, open: number, serving: number, left: number, state: string, suspended: boolean}} Queue
 * @typedef {{id: string, short: string, label: string, state: string, tk: string, since: number, pause: string, changed: boolean, alarm: boolean}} Counter
 * @typedef {{name: string, state: string, text: string, since: number}} Device
 * @typedef {{start: string, issued: number, called: number, level: number, now: boolean}} Half
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const AXIS = 60;

/** @type {any} */
let state = null;
/** @type {import("look/stream.js").Link} */
let link = { live: false, age: 0, heard: null };

/** @type {Record<string, [string, string]>} */
const queueWords = { ok: ["b-ok", "dentro"], watch: ["b-watch", "a vigiar"], out: ["b-out", "fora"], "": ["b-free", "sem espera"] };
/** @type {Record<string, [string, string]>} */
const counterWords = {
  free: ["b-free", "livre"], call: ["b-arrow", "chamada"], busy: ["b-busy", "atende"], long: ["b-watch", "longo"], pause: ["b-pause", "pausa"], closed: ["b-closed", "fechado"],
};
/** @type {Record<string, string>} */
const marks = { ok: "b-ok", watch: "b-watch", out: "b-out", stale: "b-stale", free: "b-free" };

/** @param {{label: string, value: any, unit?: string, foot?: any}} p */
const Figure = (p) => html`<div class=${"figure" + (link.live ? "" : " stale")}><div class="label"><span>${p.label}</span>${!link.live && html`<span class="age">${link.heard ? "às " + asOf(link).slice(0, 5) : ""}</span>`}</div>
  <div class="value"><b>${p.value}</b>${p.unit && html`<span class="unit">${p.unit}</span>`}</div><div class="foot">${p.foot}</div></div>`;

const dash = (/** @type {number} */ n) => (n < 0 ? "–" : String(n));
const some = (/** @type {number} */ n, /** @type {string} */ word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const percent = (/** @type {number} */ part, /** @type {number} */ all) => (100 * part / all).toLocaleString("pt-PT", { maximumFractionDigits: 1 });

/** @param {{f: any}} p */
function Figures({ f }) {
  const level = f.level < 0 ? null : f.level >= 80 ? "ok" : f.level >= 70 ? "watch" : "out";
  const mark = (/** @type {string|null} */ s) => s && html`<span class=${"state " + s}><${Icon} name=${marks[s]} /></span>`;
  const closed = f.counters - f.open;
  return html`<section class="figures" aria-label="Números de agora">
    <${Figure} label="Em espera agora" value=${f.waiting} unit=${f.waiting === 1 ? "senha" : "senhas"} foot=${`${f.past} acima do objetivo · ${some(f.priority, "prioritária")}`} />
    <${Figure} label="Espera mais longa" value=${f.waiting ? f.longest : "–"} unit=${f.waiting ? "min" : ""} foot=${f.waiting ? html`${f.longState !== "ok" && mark(f.longState)}${f.longestOf}` : "ninguém espera"} />
    <${Figure} label="Espera mediana" value=${f.waiting ? f.median : "–"} unit=${f.waiting ? "min" : ""} foot="dos que esperam agora" />
    <${Figure} label="Espera p90" value=${f.waiting ? f.p90 : "–"} unit=${f.waiting ? "min" : ""} foot="nove em dez esperam menos" />
    <${Figure} label="Nível de serviço" value=${dash(f.level)} unit=${f.level < 0 ? "" : "%"} foot=${f.level < 0 ? "sem chamadas há 30 min" : html`${mark(level)}últimos 30 min · objetivo 80 %`} />
    <${Figure} label="Balcões abertos" value=${f.open} unit=${`de ${f.counters}`} foot=${`${some(f.busy, "ocupado")} · ${some(f.open - f.busy - f.paused, "livre")}${f.paused ? ` · ${f.paused} em pausa` : ` · ${some(closed, "fechado")}`}`} />
    <${Figure} label="Desistências hoje" value=${f.issued ? percent(f.noShows + f.cancelled, f.issued) : "–"} unit=${f.issued ? "%" : ""} foot=${`${f.noShows + f.cancelled} de ${f.issued} senhas`} />
  </section>`;
}

const x = (/** @type {number} */ min) => 8 + 284 * Math.min(min, AXIS) / AXIS;

/** One mark a ticket on the minutes axis; its table twin is the row itself. @param {{q: Queue}} p */
function Strip({ q }) {
  const summary = q.waiting === 0 ? "ninguém à espera" : `${q.waiting} à espera, a mais longa há ${q.longest} minutos${q.target ? `, objetivo ${q.target}` : ""}`;
  return html`<svg class="strip" viewBox="0 0 300 22" role="img" aria-label=${summary}>
    <path class="axis" d="M8 11h284" />${q.target > 0 && html`<path class="target" d=${`M${x(q.target)} 2v18`} />`}
    ${q.marks.map((m) => {
      const at = x(m.min);
      if (m.kind === "past") return html`<path class="late" d=${`M${at} 5.5l5.5 10h-11z`}><title>${m.tk}, ${m.min} min</title></path>`;
      if (m.kind === "law") return html`<path class="first" d=${`M${at} 4.5l5 5v3l-5-5-5 5v-3zM${at} 10l5 5v3l-5-5-5 5v-3z`}><title>${m.tk}, ${m.min} min, prioritária</title></path>`;
      return html`<circle class="one" cx=${at} cy="11" r="4"><title>${m.tk}, ${m.min} min</title></circle>`;
    })}
    ${q.longest > AXIS && html`<text x="292" y="-1" text-anchor="end" font-size="11" fill="currentColor">${q.longest}</text>`}
  </svg>`;
}

/** @param {{queues: Queue[]}} p */
function Queues({ queues }) {
  if (queues.length === 0) return html`<section class="panel empty"><h2>Ainda não há divisões nesta loja</h2><p>Uma divisão é o que uma letra quer dizer: quem atende, quantas senhas, que espera.</p></section>`;
  return html`<section class="panel queues" aria-labelledby="queues"><div class="head"><h2 id="queues">Filas</h2><span class="note">${queues.length} divisões · <a href="/espera/erro">estimativas de espera</a> · <a href="/ajuda/coordenacao">guia</a></span>
    <span class="legend"><${Icon} name="b-ok" /> uma senha à espera</span><span class="legend first"><${Icon} name="b-chevrons" /> prioritária</span><span class="legend past"><${Icon} name="b-out" /> passou o objetivo</span><span class="legend"><svg class="icon" viewBox="0 0 4 11" aria-hidden="true"><path d="M1 0h2v11h-2z" /></svg> objetivo</span><span class="age">${ageWords(link)}</span></div>
    <div class="scroll-x" tabindex="0" role="region" aria-label="Tabela das filas"><table class="table"><caption class="sr-only">As filas</caption><thead><tr><th scope="col" colspan="2">Fila</th><th class="num" scope="col">Em espera<br/>senhas</th>
      <th class="strip-head" scope="col"><svg viewBox="0 0 300 16" role="img" aria-label="eixo de 0 a 60 minutos">${[0, 15, 30, 45, 60].map((m) => html`<text class=${m === 45 ? "wide" : ""} x=${x(m)} y="13" text-anchor=${m === 60 ? "end" : m ? "middle" : "start"}>${m === 60 ? "60 min" : m}</text>`)}</svg></th>
      <th class="num" scope="col">Mais longa<br/>min</th><th class="num opt" scope="col">Mediana<br/>min</th><th class="num" scope="col">p90<br/>min</th><th class="num" scope="col">Nível 30 min<br/>objetivo 80 %</th><th class="num" scope="col">Balcões<br/>abertos</th><th scope="col">Estado</th></tr></thead>
    <tbody>${queues.map((q) => {
      const w = queueWords[q.state];
      return html`<tr key=${q.letter + q.body}><td><span class="letter">${q.letter}</span></td><td class="name" title=${q.name}><button class="row-open" type="button" onClick=${() => look("queue:" + q.id)}>${q.name} <span>${q.body}${q.suspended ? " · sem dar senhas" : ""}</span></button></td><td class="num"><b>${q.waiting}</b></td>
        <td><${Strip} q=${q} /></td><td class="num">${q.waiting ? html`<b>${q.longest}</b>` : "–"}</td><td class="num opt">${q.waiting ? q.median : "–"}</td><td class="num">${q.waiting ? q.p90 : "–"}</td><td class="num">${dash(q.level)}${q.level >= 0 && html`<span class="unit">%</span>`}</td>
        <td class="num">${q.open}<span class="unit">de ${q.serving}</span></td><td><span class=${"state " + (q.state || "free")}><${Icon} name=${w[0]} /> ${w[1]}</span></td></tr>`;
    })}</tbody></table></div></section>`;
}

/** Issued and called by half hour; the running one as an outline. @param {{halves: Half[], facts: any[], f: any, short: boolean}} p */
function DayChart({ halves, facts, f, short }) {
  const W = 720, H = short ? 190 : 330, left = 36, bottom = H - 42, top = 14;
  const most = Math.max(10, ...halves.map((h) => Math.max(h.issued, h.called)));
  const step = most > 60 ? 30 : most > 30 ? 15 : most > 15 ? 10 : 5;
  const high = Math.ceil(most / step) * step;
  const slots = Math.max(22, halves.length), w = (W - left) / slots;
  const y = (/** @type {number} */ n) => bottom - (bottom - top) * n / high;
  const lines = [];
  for (let n = 0; n <= high; n += step) lines.push(n);
  const summary = `${f.issued} emitidas e ${f.finished} atendidas hoje`;
  return html`<section class="panel" aria-labelledby="day"><div class="head"><h2 id="day">O dia</h2><span class="note">senhas por meia hora</span>
    <span class="legend"><svg class="key a" aria-hidden="true"><rect /></svg> emitidas</span><span class="legend"><svg class="key b" aria-hidden="true"><rect /></svg> chamadas</span><span class="age">${summary} · ${ageWords(link)}</span></div>
    <div class="day-chart"><svg class="chart" viewBox=${`0 0 ${W} ${H}`} role="img" aria-label=${summary}>
      ${lines.map((n) => html`<path class=${n ? "grid" : "base"} d=${`M${left} ${y(n)}H${W}`} /><text x=${left - 8} y=${y(n) + 4} text-anchor="end">${n}</text>`)}
      ${halves.length === 0 && html`<text class="strong" x=${W / 2} y=${H / 2 - 20} text-anchor="middle">Ainda sem senhas hoje</text>`}
      ${halves.map((h, i) => {
        const at = left + i * w, bar = (w - 10) / 2;
        return html`<rect class=${"issued" + (h.now ? " running" : "")} x=${at + 5} y=${y(h.issued)} width=${bar} height=${bottom - y(h.issued)} /><rect class=${"called" + (h.now ? " running" : "")} x=${at + 6 + bar} y=${y(h.called)} width=${bar} height=${bottom - y(h.called)} />
          ${(i % 2 === 0 || slots < 16) && html`<text x=${at + 5} y=${bottom + 17}>${h.start}</text>`}
          <text class="level-row" x=${at + w / 2} y=${bottom + 37} text-anchor="middle">${h.level < 0 ? "" : h.level}</text>`;
      })}
      <text x="0" y=${bottom + 37}>%</text>
    </svg></div>
    <div class="facts"><span>factos</span><ol>${facts.length === 0 ? html`<li>ainda nenhum hoje</li>` : facts.slice(-4).map((x) => html`<li title=${x.text}><b>${x.at}</b> ${x.text}</li>`)}</ol></div>
    <details class="twin"><summary>tabela e linha do dia</summary><table class="table"><caption class="sr-only">Senhas por meia hora</caption><thead><tr><th scope="col">Meia hora</th><th class="num" scope="col">Emitidas</th><th class="num" scope="col">Chamadas</th><th class="num" scope="col">Dentro do objetivo</th></tr></thead>
      <tbody>${halves.map((h) => html`<tr><th scope="row">${h.start}${h.now ? ", a decorrer" : ""}</th><td class="num">${h.issued}</td><td class="num">${h.called}</td><td class="num">${h.level < 0 ? "–" : h.level + " %"}</td></tr>`)}</tbody></table>
      <ol class="all-facts">${facts.map((x) => html`<li key=${x.seq}><b>${x.at}</b> ${x.text}</li>`)}</ol></details></section>`;
}

/** An alert: what, since when, and what to do first. @param {any} a */
const alert = (a) => html`<li key=${a.title}><${Icon} name=${marks[a.degree]} class=${a.degree} /><div><b>${a.title}</b>${a.text}${a.first && html`<span class="first-do"><${Icon} name="b-step" /> ${a.first}</span>`}</div>
  <div class="do"><span class="since">desde ${hour(a.since)}</span>${a.act && html`<button class="button small" type="button" onClick=${() => (a.open.startsWith("page:") ? location.assign(a.open.slice(5)) : look(a.open))}>${a.act}</button>`}</div></li>`;

/** @param {{alerts: any[], queues: Queue[], counters: Counter[]}} p */
function Attention({ alerts, queues, counters }) {
  if (alerts.length === 0) return html`<section class="panel attention"><div class="head"><h2>Nada a pedir atenção</h2><span class="note">vistas ${queues.length} filas e ${counters.length} balcões</span><span class="age">${ageWords(link)}</span></div><p class="in quiet">O que precisar de alguém aparece aqui sozinho, com o que fazer primeiro.</p></section>`;
  return html`<section class="panel attention" aria-labelledby="attention"><div class="head"><h2 id="attention">A pedir atenção</h2><span class="note">${alerts.length === 1 ? "1 aberto" : `${alerts.length} abertos`}</span><span class="age">${ageWords(link)}</span></div>
    <ul class="alerts" tabindex="0" role="list" aria-label="O que pede atenção">${alerts.map(alert)}</ul></section>`;
}

/** @param {{counters: Counter[], f: any}} p */
function Counters({ counters, f }) {
  return html`<section class="panel" aria-labelledby="counters"><div class="head"><h2 id="counters">Balcões</h2><span class="note">${f.open} de ${f.counters} abertos · tempo em cada estado, min:s</span><span class="age">${ageWords(link)}</span></div>
    <div class="in counters">${counters.map((c) => {
      const w = counterWords[c.state];
      return html`<button key=${c.id} type="button" class=${"counter " + c.state + (c.alarm ? " alarm" : "")} title=${c.label + (c.changed ? ", com outros serviços hoje" : "")} onClick=${() => look("counter:" + c.id)}><b><span class="sr-only">${c.label.replace(c.short, "")}</span>${c.short}</b><span class=${"state " + (c.state === "long" ? "watch" : c.state)}><${Icon} name=${w[0]} /> ${w[1]}</span>
        <span class="ticket-s">${c.tk || (c.state === "closed" ? "–" : c.state === "pause" ? html`<span class="pause-for">${c.pause}</span>` : "")}</span><span class="time">${c.state !== "closed" && c.since > 0 ? timer(now() - c.since) : ""}</span></button>`;
    })}</div></section>`;
}

/** @param {{devices: Device[], link: Device}} p */
function Devices({ devices, link: hq }) {
  return html`<section class="panel" aria-labelledby="devices"><div class="head"><h2 id="devices">Aparelhos e sede</h2><span class="note">${devices.length === 0 ? "nenhum aparelho conhecido ainda" : `${devices.filter((d) => d.state === "ok").length} de ${devices.length} em ordem`}</span><span class="age">${ageWords(link)}</span></div>
    <ul class="devices">${[...devices, hq].map((d) => html`<li key=${d.name} class=${d.state}><${Icon} name=${marks[d.state]} /><b>${d.name}</b><span>${d.text}</span></li>`)}</ul><p class="in small"><a href="/pedidos">Pedidos da sede</a></p></section>`;
}

/** @param {{calls: any[]}} p */
function Calls({ calls }) {
  /** @param {SubmitEvent} e */
  const find = (e) => {
    e.preventDefault();
    const tk = String(new FormData(/** @type {HTMLFormElement} */ (e.target)).get("tk") ?? "").toUpperCase().replace(/[^A-Z0-9]/g, "");
    if (tk) location.assign("/porque/" + encodeURIComponent(tk));
  };
  return html`<section class="panel calls" aria-labelledby="calls"><div class="head"><h2 id="calls">Últimas chamadas</h2><form class="find" onSubmit=${find}><label class="sr-only" for="find">Porque foi chamada a senha</label><input id="find" name="tk" placeholder="A023" autocomplete="off" autocapitalize="characters" /><button class="button">Porquê?</button></form></div>
    ${calls.length === 0 ? html`<p class="in quiet">Ainda não há chamadas hoje.</p>` : html`<div class="scroll-x"><table class="table"><caption class="sr-only">Últimas chamadas</caption><thead><tr><th scope="col">Senha</th><th scope="col">Onde</th><th scope="col">Quando</th><th scope="col">Porquê</th></tr></thead>
      <tbody>${calls.map((c) => html`<tr><th scope="row" class="ticket-s"><a class="tk" href=${`/porque/${c.tk}?visita=${c.id}`}>${c.tk}</a></th><td>${c.counter}</td><td class="nowrap">${c.at}${c.n > 1 && html`<span class="unit">${c.n}.ª</span>`}</td><td>${c.rule}</td></tr>`)}</tbody></table></div>`}</section>`;
}

function App() {
  const s = state;
  if (!s) return html`<main class="page narrow" id="conteudo"><h1>Coordenação</h1><p class="quiet" role="status">A ligar à loja…</p></main>`;
  return html`<main class="control" id="conteudo"><h1 class="sr-only">A loja ao vivo</h1>
    <${Figures} f=${s.figures} />
    <div class="main">${!link.live && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>A religar, há ${span(link.age)}</b>${link.heard ? `O que vê é das ${asOf(link)}.` : ""}</div></div>`}
      <${Queues} queues=${s.queues} /><div class="below"><${DayChart} halves=${s.halves} facts=${s.facts} f=${s.figures} short=${s.queues.length > 6} /><${Calls} calls=${kept("calls", s.calls.slice(0, s.queues.length > 6 ? 6 : 10), (/** @type {any} */ c) => `${c.id}/${c.n}`, ".calls", draw)} /></div></div>
    <div class="side"><${Attention} alerts=${kept("attention", s.attention, (/** @type {any} */ a) => a.title + a.open, ".side", draw)} queues=${s.queues} counters=${s.counters} /><${Counters} counters=${s.counters} f=${s.figures} /><${Devices} devices=${s.devices} link=${s.link} /></div>
  </main><${Office} s=${s} />`;
}

const draw = () => render(html`<${App} />`, root);
office(draw);
draw();
follow("manager", (s, l) => { state = s; link = l; draw(); });
