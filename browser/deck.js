// The virtual cards of the demo, and what the kiosk says of each to somebody who wants to be greeted.

/**
 * What a citizen reads, in Portuguese and English: what it is, and what to do next.
 * @typedef {{pt: [string, string], en: [string, string]}} Said
 * @typedef {Said & {hello?: string, number?: boolean, gone?: boolean, short?: boolean}} Expected
 *   hello: the name that is greeted, none where no name is shown; number: it lies on the reader and its number is typed
 *   first; gone: the card leaves by itself; short: its screen is one of those that every check looks at
 */

/** @type {Said} */
const genuine = {
  pt: ['Cartão verificado', 'Os dados são os que o Estado assinou.'], en: ['Card verified', 'The data is what the State signed.'],
};

/** A card whose holder is greeted, and that is not believed. @param {string} hello @param {string} code
 * @param {string} pt @param {string} en @param {boolean} [short] @returns {Expected} */
const doubted = (hello, code, pt, en, short) => ({ hello, pt: [pt, code], en: [en, code], short });

/** A card of which nothing is shown. @param {[string, string]} pt @param {[string, string]} en @param {boolean} [short] @returns {Expected} */
const refused = (pt, en, short) => ({ pt, en, short });

/** @type {[[string, string], [string, string]]} */
const foreign = [
  ['Este não é um Cartão de Cidadão', 'Não lemos nada dele. Tire-o'], ['This is not a Portuguese citizen card', 'We read nothing of it. Take it out'],
];
/** @type {[[string, string], [string, string]]} */
const silent = [
  ['O cartão deixou de responder', 'Tire-o do leitor, por favor.'], ['The card has stopped answering', 'Please take it out of the reader.'],
];
/** @type {[[string, string], [string, string]]} */
const nonsense = [
  ['Não se percebe o que o cartão responde', 'limpe o chip com um pano seco'], ['The card’s answers make no sense', 'wipe the chip with a dry cloth'],
];

/** @type {Record<string, Expected>} */
export const deck = {
  maria: { hello: 'Maria', ...genuine, short: true },
  joao: { hello: 'João', ...genuine, short: true },
  conceicao: { hello: 'Conceição', ...genuine },
  ines: { hello: 'Inês', ...genuine },
  alvaro: { hello: 'Álvaro', ...genuine },
  long: { hello: 'Ana-Maria', ...genuine, short: true },
  suryavarman: { hello: 'Suryavarman', ...genuine },
  'maria!wire=250': { hello: 'Maria', ...genuine },
  'conceicao!wire=125': { hello: 'Conceição', ...genuine },

  'signer-expired': {
    hello: 'Teresa', short: true, pt: ['Cartão verificado', 'o certificado expirou depois, como é normal'], en: ['Card verified', 'the certificate has expired since'],
  },
  'card-expired': {
    hello: 'Teresa', short: true, pt: ['Cartão verificado, mas caducado', 'Para o renovar, escolha Cartão de Cidadão.'], en: ['Card verified, but out of date', 'To renew it, choose Citizen card.'],
  },
  impostor: doubted('Teresa', 'signer-impostor', 'fez-se passar pelo Estado', 'posed as the State', true),
  'unknown-issuer': doubted('Teresa', 'signer-unknown', 'não conhece quem assinou o cartão', 'does not know who signed the card'),
  'citizen-signed': doubted('Teresa', 'signer-unknown', 'não conhece quem assinou o cartão', 'does not know who signed the card'),
  'altered-name': doubted('Falsificada', 'data-altered', 'Os dados não são os que o Estado assinou.', 'The data is not what the State signed.'),
  'missing-group': doubted('Teresa', 'data-not-covered', 'A assinatura não abrange estes dados.', 'The signature does not cover this data.'),
  unsigned: doubted('Teresa', 'no-security-object', 'O cartão não traz a assinatura do Estado.', 'The card carries no signature of the State.', true),
  pss: doubted('Teresa', 'algorithm-unsupported', 'não conhece este tipo de assinatura', 'does not know this kind of signature'),
  'double-group': doubted('Teresa', 'hash-list-duplicate', 'A assinatura do cartão foi mexida.', 'was tampered with'),
  'broken-signature': doubted('Teresa', 'signature-wrong', 'A assinatura do cartão está errada.', 'signature is wrong'),
  'garbled-object': doubted('Teresa', 'security-object-malformed', 'A assinatura do cartão está estragada.', 'signature is damaged'),
  'signer-unfit': doubted('Teresa', 'signer-unfit', 'Quem assinou o cartão não o podia fazer.', 'was not entitled to'),
  'expired-then': doubted('Teresa', 'signer-not-valid-then', 'não era válido no dia em que foi assinado', 'was not valid on the day of signing'),
  undated: doubted('Teresa', 'signing-time-unknown', 'Não se sabe quando o cartão foi assinado.', 'It is not known when the card was signed.'),
  // A greeting decides nothing, and so asks no chip for its proof; see `claims`.
  copied: { hello: 'Teresa', ...genuine },
  'chip-key-missing': { hello: 'Teresa', ...genuine },
  'chip-key-altered': { hello: 'Teresa', ...genuine },
  'chip-refuses': { hello: 'Teresa', ...genuine },

  bank: refused(...foreign, true),
  transport: refused(...foreign),
  passport: refused(
    ['Este documento é de outro tipo ou de outro país', 'Tire-o e guarde-o. Serve ao balcão'],
    ['This is another kind of document, or of another country', 'Take it out and keep it for the counter.'], true),
  mute: refused(
    ['O cartão está ao contrário', 'Tire-o e introduza primeiro o lado do chip'], ['The card is the wrong way round', 'insert the chip side first'], true),
  silent: refused(...silent, true),
  'maria!hush=4': { // the name was there already, and stays
    hello: 'Maria', pt: ['Cartão não verificado', 'O cartão não respondeu até ao fim.'], en: ['Card not verified', 'The card did not answer to the end.'],
  },
  garbage: refused(...nonsense, true),
  'one-byte': refused(...nonsense),
  'maria!pull=4': { // likewise
    hello: 'Maria', gone: true, pt: ['Cartão não verificado', 'O cartão saiu antes de acabarmos.'], en: ['Card not verified', 'The card left before we had finished.'],
  },

  contactless: refused(
    ['O cartão só é lido dentro do leitor', 'Introduza-o na ranhura'], ['The card is only read inside the reader', 'Insert it into the slot, chip first.'], true),
  'maria-contactless': { hello: 'Maria', number: true, ...genuine },
  'ines-contactless': { hello: 'Inês', number: true, ...genuine, short: true },
  'copied-contactless': { hello: 'Maria', number: true, ...genuine },
};

/** One more, which is in no deck: pulled before its name was there. @type {Record<string, Expected>} */
export const torn = {
  'maria!pull=2': {
    gone: true, pt: ['O cartão saiu antes de acabarmos', 'Não lemos nada. Introduza-o outra vez'], en: ['The card left before we had finished', 'We read nothing. Insert it again'], short: true,
  },
};

/** What is said to somebody whose card is to find a booking and cannot be believed, for that alone. @type {Record<string, Expected>} */
export const claims = {
  impostor: doubted('', 'signer-impostor', 'fez-se passar pelo Estado', 'posed as the State'),
  copied: doubted('', 'chip-copied', 'o chip não é o original', 'the chip is not the original one', true),
  'chip-key-missing': doubted('', 'chip-key-missing', 'Falta no chip a chave', 'The chip lacks the key'),
  'chip-key-altered': doubted('', 'chip-key-altered', 'A chave do chip não é a que o Estado assinou.', 'key is not the one the State signed'),
  'chip-refuses': doubted('', 'chip-proof-refused', 'O chip não provou que é o original.', 'The chip did not prove'),
};
