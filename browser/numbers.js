// Whether every number on a page says what it counts. A number stands alone when no word follows it, and neither the head
// of its column, the name of its row, the caption, the label beside it nor the words of its picture name a unit.

/** @typedef {import('playwright-core').Page} Page */

/**
 * What is written with figures and is no number, each with its reason.
 * @type {[RegExp, string][]}
 */
export const noNumbers = [
  [/\b\d{1,2}:\d{2}(:\d{2})?( (a|às) \d{1,2}:\d{2})?/g, 'hours, and times in minutes and seconds: they carry their form'],
  [/\b\d{4}-\d{2}(-\d{2})?(T\S+)?/g, 'dates'],
  [/\b\d{1,2}\/\d{1,2}(\/\d{2,4})?\b/g, 'dates'],
  [/\b\d{1,2} (de )?(jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez)\w*\.?( (de )?\d{4})?/gi, 'dates'],
  [/\b(jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez)\w*\.? (de )?\d{4}/gi, 'months'],
  [/\b(19|20)\d\d\b/g, 'years'],
  [/\bn\.º \d+( \d{3})*/gi, 'the number of a thing is its name'],
  [/\b\d+\.[ªº]/g, 'places in an order'],
  [/\b(balcão|quiosque|painel|piso|caixa|anel|camada|loja|fila|versão|bloco|letra|porta|posto|hora|passo|dica|época|perfil|programa|sala|cidadão|página|zona|impressora|artigo|art\.|DL|EN|WCAG|UTC[+-]?|dia|semana) \d[\d.]*\b/gi, 'names of places and things, and versions'],
  [/\b[a-z][a-zà-ú.-]*[-_]?\d[\w.-]*/gi, 'identifiers: a letter goes before, as in A012, L901-K01, p90, v1.2'],
  [/páscoa\+\d+/g, 'how a date is written that moves with Easter'],
  [/\b\d+[a-z]\w*[\w-]*/gi, 'identifiers that begin with a figure, as digests do'],
  [/\b\d+\.\d+\.\d+[\w.-]*/g, 'versions and addresses'],
  [/[+−-]?\d+(?=\s*[%‰°])/g, 'a sign of the unit follows'],
];

/**
 * The numbers of a page that do not say what they count, one line each.
 * @param {Page} page
 */
export async function unitless(page) {
  return page.evaluate((patterns) => {
    const strip = (/** @type {string} */ text) => patterns.reduce((t, [source, flags]) => t.replace(new RegExp(source, flags), ' · '), text);
    const units = /(?<![a-zà-ú])(min|minutos?|s|segundos?|h|horas?|dias?|meses|mês|anos?|pessoas?|senhas?|visitas?|chamadas?|emitidas?|atendidas?|atendimentos?|atos?|locais|lojas?|espaços?|balcões|balcão|quiosques?|impressoras?|aparelhos?|dispositivos?|marcações|marcação|bytes|KiB|MiB|GiB|%|pontos?|mm|px|vezes|folhas?|linhas?|registos?|números|serviços?|filas?|divisões|alertas?|casos?|pedidos?|desistências|anuladas?|faltas?|novas?|mudadas?|usadas?|restam|dadas|abertos|graus|°C|respostas?|euros?)(?![a-zà-ú])/i;
    const words = (/** @type {Element|null|undefined} */ e) => {
      let said = e?.getAttribute('aria-label') ?? '';
      const texts = document.createTreeWalker(e ?? document.createElement('i'), NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) said += ' ' + texts.currentNode.textContent;
      return said;
    };
    const shown = (/** @type {Element} */ e) => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1 && e.checkVisibility({ visibilityProperty: true }); };
    /** The heads over a cell, wide ones included. */
    const heads = (/** @type {Element} */ cell) => {
      const row = cell.parentElement, table = cell.closest('table');
      if (!row || !table) return '';
      let at = 0;
      for (const c of row.children) { if (c === cell) break; at += /** @type {HTMLTableCellElement} */ (c).colSpan || 1; }
      let said = words(table.querySelector('caption')) + ' ' + (table.getAttribute('aria-label') ?? '');
      for (const r of table.tHead?.rows ?? []) {
        let n = 0;
        for (const c of r.cells) { if (at >= n && at < n + c.colSpan) said += ' ' + words(c); n += c.colSpan; }
      }
      for (const c of row.querySelectorAll('th')) if (c !== cell) said += ' ' + words(c);
      return said + ' ' + (cell.getAttribute('data-label') ?? '') + ' ' + words(cell.closest('section, .panel')?.querySelector('.head'));
    };
    /** What says the unit of a block of text that does not say it itself. */
    const around = (/** @type {Element} */ block) => {
      let said = block.getAttribute('aria-label') ?? '';
      if (block.closest('td, th')) said += heads(/** @type {Element} */ (block.closest('td, th')));
      const svg = block.closest('svg');
      if (svg) said += ' ' + (svg.getAttribute('aria-label') ?? '') + ' ' + words(svg.closest('section, .panel, figure')?.querySelector('.head, figcaption')) + ' ' + words(svg.previousElementSibling);
      const tile = block.closest('.figure, .measure, .tally, .big, dl > div, .pairs > div, label, li.stat');
      if (tile) said += ' ' + words(tile);
      if (block.tagName === 'DD') said += ' ' + words(block.previousElementSibling);
      return said;
    };
    const blocks = 'td, th, dd, dt, li, p, h1, h2, h3, h4, text, summary, figcaption, caption, label, legend, output, .value, .note, .foot, .age, .sub, .legend, .label, .unit, .big, .state, .tag, button, a, div';
    const seen = new Set(), found = new Set();
    const texts = document.createTreeWalker(document.querySelector('main') ?? document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode, e = node.parentElement;
      if (!e || !/\d/.test(node.textContent ?? '') || e.closest('script, style, template, option, code, pre, kbd, textarea, .guide, [data-no-unit]') || !shown(e)) continue;
      let block = /** @type {Element} */ (e.closest(blocks) ?? e);
      // A word of a line: the line is what is read.
      while (block.parentElement && ['inline', 'inline-flex', 'inline-block'].includes(getComputedStyle(block).display) && block.tagName !== 'text' && block.parentElement.closest('main')) block = block.parentElement;
      if (seen.has(block)) continue;
      seen.add(block);
      const pieces = [];
      const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) if (!walk.currentNode.parentElement?.closest('title, option, script, kbd, code')) pieces.push(walk.currentNode.textContent);
      const said = strip(pieces.join(' ').replace(/[\s\u00a0\u202f]+/g, ' ').trim());
      for (const m of said.matchAll(/(?<![\w.,])[+−-]?\d+(?:[ .,]\d+)*/g)) {
        const after = said.slice(m.index + m[0].length);
        if (/^\s?[%‰°]/.test(after) || /^\s?(a|e|de|ou|–|-|\/|<)\s?\d/.test(after) || /^\+?[\s)»]*[a-zà-ú]{1,}/i.test(after)) continue;
        if (units.test(around(block))) continue;
        found.add(`«${pieces.join(' ').replace(/\s+/g, ' ').trim().slice(0, 70)}» in ${block.tagName.toLowerCase()}.${typeof block.className === 'string' ? block.className : ''}`);
        break;
      }
    }
    return /** @type {string[]} */ ([...found]);
  }, noNumbers.map(([p]) => /** @type {[string, string]} */ ([p.source, p.flags])));
}

/** Whether a page with figures says how old they are: it is live and says so, or it says until when its data goes. @param {Page} page */
export async function ageless(page) {
  return page.evaluate(() => {
    const shown = (/** @type {Element} */ e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
    const figures = [...document.querySelectorAll('main td.num, main .value, main .big, main .counts b, main svg.chart text, main svg.curve text')].filter((e) => shown(e) && /\d/.test(e.textContent ?? ''));
    if (figures.length === 0) return [];
    const ages = [...document.querySelectorAll('[data-link], .as-of, .age, [data-age], [data-heard]')].filter((e) => shown(e) && /(há|dados|até|às)\s/i.test(e.textContent ?? ''));
    return ages.length > 0 ? [] : [`${figures.length} figures and no age, the first «${figures[0].textContent?.trim()}»`];
  });
}
