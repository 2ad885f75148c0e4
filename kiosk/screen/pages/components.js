// @ts-check
/**
 * Every component of the touch face in every state it can have, drawn by the parts and sheets of the real screens. The
 * states that only a finger or a key brings about (pressed, focused) are given by a class that stands beside theirs.
 */
import { Icon, html, render } from "look/html.js";
import { Button, Choice, Notices, Slip, Strip } from "./parts.js";
import { Pad } from "./rare.js";

const root = /** @type {HTMLElement} */ (document.getElementById("components"));
const none = () => {};

/** A state with its name. @param {{name: string, class?: string, children?: any}} p */
const State = (p) => html`<div class=${"co-state " + (p.class ?? "")}><p class="co-name">${p.name}</p>${p.children}</div>`;
/** A component with its states. @param {{name: string, of: string, children?: any}} p */
const Part = (p) => html`<section class="co-part"><h2>${p.name}</h2><p class="co-of">${p.of}</p><div class="co-states">${p.children}</div></section>`;

const card = { action: "service", arg: "cc", icon: "b-id-card", title: "Cartão de Cidadão", help: "Pedir ou renovar", wait: "20 a 35 min", ahead: "7 à frente" };
const sold = { ...card, action: "", word: "Esgotado hoje", state: "sold_out", wait: "", help: "Há mais amanhã às 08:30", next: "Há mais amanhã às 08:30." };
const held = { ...card, action: "", word: "Suspenso", state: "suspended", wait: "", help: "Reabre às 14:30", next: "Na receção dizem quando reabre." };
const wide = { action: "priority", icon: "hand-heart", title: "Atendimento prioritário", help: "Não tem de dizer o motivo.", strong: true };
const p = { tap: none, pending: null, stale: false, lang: "pt" };
const mine = { action: "service", arg: "cc" };

/** @param {any} c @param {string} kind @param {any} [more] */
const one = (c, kind, more) => html`<${Choice} choice=${c} kind=${kind} ...${p} ...${more ?? {}} />`;

function Cards() {
  return html`<${Part} name="Cartão de serviço" of="o cartão inteiro é o botão; atua ao largar">
    <${State} name="Em descanso">${one(card, "card")}<//>
    <${State} name="Premido" class="is-pressed">${one(card, "card")}<//>
    <${State} name="Com o foco: dois anéis" class="is-focus">${one(card, "card")}<//>
    <${State} name="À espera da resposta">${one(card, "card", { pending: mine })}<//>
    <${State} name="Esgotado: não se toca">${one(sold, "card")}<//>
    <${State} name="Suspenso: não se toca">${one(held, "card")}<//>
    <${State} name="Sem informação">${one(card, "card", { stale: true })}<//>
    <${State} name="Escolhido">${one({ ...card, picked: true, nth: "1.º assunto" }, "card")}<//>
  <//>`;
}

function Lines() {
  return html`<${Part} name="Linha de serviço" of="nas listas; os levantamentos têm o ícone a cheio">
    <${State} name="Em descanso">${one(card, "line")}<//>
    <${State} name="Premida" class="is-pressed">${one(card, "line")}<//>
    <${State} name="Com o foco" class="is-focus">${one(card, "line")}<//>
    <${State} name="Levantamento">${one({ ...card, dark: true, help: "Traga a carta com o PIN" }, "line")}<//>
    <${State} name="Esgotada, com o passo seguinte">${one(sold, "line")}<//>
    <${State} name="À espera da resposta">${one(card, "line", { pending: mine })}<//>
  <//>
  <${Part} name="Caminho largo" of="procurar, ver todos, prioridade">
    <${State} name="Em descanso">${one({ ...wide, strong: false, icon: "search", title: "Procurar serviço", help: "ex.: passaporte, IRS" }, "wide")}<//>
    <${State} name="Que se destaca">${one(wide, "wide")}<//>
    <${State} name="Premido" class="is-pressed">${one(wide, "wide")}<//>
    <${State} name="Com o foco" class="is-focus">${one(wide, "wide")}<//>
  <//>`;
}

/** @param {any} b @param {string} [cls] @param {any} [pending] */
const button = (b, cls, pending) => html`<${Button} button=${b} tap=${none} pending=${pending ?? null} cls=${cls ?? ""} />`;

function Buttons() {
  const plain = { action: "again", label: "Outra senha", icon: "plus-circle" }, main = { action: "finish", label: "Terminar", icon: "check", main: true };
  return html`<${Part} name="Botão" of="um só principal em cada ecrã">
    <${State} name="Em descanso">${button(plain)}<//>
    <${State} name="Premido" class="is-pressed">${button(plain)}<//>
    <${State} name="Com o foco" class="is-focus">${button(plain)}<//>
    <${State} name="À espera da resposta">${button(plain, "", { action: "again", arg: "" })}<//>
    <${State} name="Principal">${button(main)}<//>
    <${State} name="Principal premido" class="is-pressed">${button(main)}<//>
    <${State} name="Principal com o foco" class="is-focus">${button(main)}<//>
    <${State} name="Principal à espera">${button({ label: "Um momento…", icon: "refresh-ccw" })}<//>
  <//>
  <${Part} name="Modo" of="o nome não muda; ligado tem visto e fica a cheio">
    <div class="tools grid co-tools">${button({ action: "mode", arg: "large", label: "Letra grande", icon: "Aa", pressed: false }, "tool")}${button({ action: "mode", arg: "contrast", label: "Alto contraste", icon: "b-contrast", pressed: true }, "tool")}
      <div class="is-focus">${button({ action: "mode", arg: "low", label: "Alcance baixo", icon: "b-low-reach", pressed: false }, "tool")}</div><div class="is-pressed">${button({ action: "mode", arg: "easy", label: "Leitura fácil", icon: "book-open", pressed: false }, "tool")}</div></div>
  <//>
  <${Part} name="Língua" of="cada nome na sua escrita; sem bandeiras">
    <div class="tongues co-tools">${["English", "Español", "Français", "Українська"].map((name, i) => html`<div class=${i === 1 ? "is-focus" : i === 2 ? "is-pressed" : ""} key=${name}>${button({ action: "language", arg: name, label: name, icon: "globe" }, "tongue")}</div>`)}</div>
  <//>`;
}

function Words() {
  const kinds = [["info", "info-mark", "Como funciona", "Toque num serviço e leve o número."], ["warn", "b-no-paper", "Sem papel: o número fica no ecrã", "A senha vale na mesma."], ["ok", "check", "Pedido enviado", "Alguém da equipa vem já ter consigo."],
    ["take", "b-id-card", "Tire o seu cartão do leitor", "Não guardámos os seus dados."]];
  return html`<${Part} name="Aviso" of="o que aconteceu, o que vale, o passo seguinte">
    ${kinds.map(([kind, icon, title, text]) => html`<${State} key=${kind} name=${{ info: "Informação", warn: "Problema", ok: "Feito", take: "Tirar o cartão" }[kind]} class="co-wide"><${Notices} list=${[{ kind, icon, title, text }]} /><//>`)}
    <${State} name="A trabalhar" class="co-wide"><${Notices} list=${[{ kind: "info", icon: "refresh-ccw", title: "A ler o cartão", text: "Não o tire ainda.", busy: true }]} /><//>
    <${State} name="Erro, com código para a equipa" class="co-wide"><${Notices} list=${[{ kind: "warn", icon: "alert-triangle", title: "Não conseguimos ler o cartão", text: "Tire-o, limpe o chip e tente outra vez.", code: "6F00" }]} /><//>
  <//>
  <${Part} name="Etiqueta" of="forma e palavra primeiro, cor depois">
    <div class="co-row">${[["sold_out", "minus-circle", "Esgotado hoje"], ["suspended", "alert-triangle", "Suspenso"], ["closed", "minus-circle", "Abre mais tarde"], ["valid", "", "Válida hoje"], ["nth", "check", "1.º assunto"]].map(([kind, icon, word]) => html`<span key=${kind} class=${"chip " + kind}>${icon && html`<${Icon} name=${icon} />`} ${word}</span>`)}</div>
  <//>
  <${Part} name="Últimas chamadas" of="a mais nova a amarelo, que quer dizer agora">
    <div class="top co-top"><${Strip} strip=${{ label: "Últimas chamadas", calls: [{ number: "A022", counter: "Balcão 5" }, { number: "C114", counter: "Balcão 2" }, { number: "F031", counter: "Balcão 7" }] }} /></div>
    <div class="top co-top"><${Strip} strip=${{ label: "A chamar agora", calls: [], empty: "Ainda não há chamadas hoje" }} /></div>
  <//>`;
}

function Papers() {
  const keys = ["2", "3", "4", "A", "B", "C"].map((label, i) => ({ label, action: i === 5 ? "" : "key", arg: label }));
  const slip = { service: "Cartão de Cidadão", detail: "Pedido · IRN Registos e Notariado", number: "A023", valid: "Válida hoje", facts: [{ icon: "map-pin", title: "Piso 0 · Balcões 1 a 6", text: "" }, { icon: "clock", title: "Cerca de 20 a 35 min", text: "Estimativa das 10:24." }, { icon: "user-group", title: "7 pessoas à frente", text: "" }] };
  return html`<${Part} name="Código e teclas" of="a tecla que ainda não serve está tracejada">
    <${State} name="A escrever" class="co-wide"><${Pad} pad=${{ label: "Código", cells: ["A", "7", "", "", "", ""], keys }} tap=${none} pending=${null} /><//>
    <${State} name="Tecla premida" class="is-pressed"><${Pad} pad=${{ label: "Código", cells: [], keys: keys.slice(0, 2) }} tap=${none} pending=${null} /><//>
    <${State} name="Tecla com o foco" class="is-focus"><${Pad} pad=${{ label: "Código", cells: [], keys: keys.slice(0, 2) }} tap=${none} pending=${null} /><//>
  <//>
  <${Part} name="Senha" of="o número é a maior coisa do ecrã">
    <div class="co-wide"><${Slip} slip=${slip} compact=${false} locale="pt-PT" zone="Europe/Lisbon" /></div>
  <//>
  <${Part} name="Rodapé" of="o que fazer agora">
    <footer class="foot take"><span class="foot-mark"><${Icon} name="b-arrow" class="down" /></span><div><b>Retire o seu talão</b><p>Guarde-o até à sua vez.</p></div></footer>
  <//>`;
}

const modes = (root.dataset.modes ?? "").split(",");
for (const mode of ["contrast", "large", "easy"]) document.documentElement.classList.toggle(mode, modes.includes(mode) || (mode === "large" && modes.includes("easy")));
render(html`<main class="co"><h1 class="co-title">${root.dataset.title}</h1><${Cards} /><${Lines} /><${Buttons} /><${Words} /><${Papers} /></main>`, root);
