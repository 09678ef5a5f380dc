/**
 * A conversation: what was said, and what waits to be sent. Functions change the state they get.
 *
 * @typedef {object} Entry one message on screen
 * @property {string} id
 * @property {"bot"|"member"} from
 * @property {string} text
 * @property {"fr"|"en"} lang
 * @property {number} at milliseconds since 1970
 * @property {string} [answer] the exchange that a message of the bot belongs to
 * @property {{title: string, value: string}[]} [choices] that a message of the bot offers
 * @property {{entry: string, value: string}} [choice] what a member's message chose, and where
 * @property {string} [error] why the server refused a member's message
 *
 * @typedef {object} State
 * @property {string|null} session the server's proof, null until the conversation is open
 * @property {number|null} opened_at milliseconds since 1970
 * @property {"fr"|"en"|null} language
 * @property {Entry[]} entries
 * @property {{id: string, body: object}[]} outbox in the order of sending
 * @property {string|null} latest the exchange whose choices are still offered
 * @property {boolean} failed whether the bot could not answer the latest exchange
 * @property {string} draft words typed and not sent
 */

const ID_BYTES = 16;

/** @returns {State} */
export function emptyConversation(language) {
  return {
    session: null,
    opened_at: null,
    language,
    entries: [],
    outbox: [],
    latest: null,
    failed: false,
    draft: "",
  };
}

export function say(state, text) {
  const id = newId();
  state.entries.push({ id, from: "member", text, lang: state.language, at: Date.now() });
  state.outbox.push({ id, body: { text } });
}

/** @param {Entry} entry @param {{title: string, value: string}} choice one that it offers */
export function choose(state, entry, { title, value }) {
  const id = newId();
  const choice = { entry: entry.id, value };
  const said = { id, from: "member", text: title, lang: entry.lang, at: Date.now(), choice };
  state.entries.push(said);
  state.outbox.push({ id, body: { choice: value } });
}

/** Change the language here, and ask the bot to follow if it has begun to speak. */
export function changeLanguage(state, language) {
  state.language = language;
  state.outbox = state.outbox.filter((item) => !item.body.to_language);
  if (state.session) state.outbox.push({ id: newId(), body: { to_language: language } });
}

/** @param {import("./api.js").Answer} answer the one that opens the conversation */
export function open(state, answer) {
  state.session = answer.session;
  state.opened_at = Date.now();
  receive(state, { id: newId(), body: {} }, answer);
}

/** Take an answer once, and place it after the message that it answers. */
export function receive(state, item, answer) {
  state.outbox = state.outbox.filter(({ id }) => id !== item.id);
  if (state.entries.some((entry) => entry.answer === item.id)) return;
  const asked = state.entries.findIndex(({ id }) => id === item.id);
  if (asked >= 0 && item.body.text) state.entries[asked].lang = answer.language;
  const place = asked < 0 ? firstUnsent(state) : asked + 1;
  state.entries.splice(place, 0, ...entriesOf(answer, item.id));
  const isOvertaken = state.outbox.some(({ body }) => body.to_language);
  if (!isOvertaken) state.language = answer.language;
  state.latest = item.id;
  state.failed = Boolean(answer.failed);
}

/** @param {string} error the server's sentence about an item that it will never take */
export function refuse(state, item, error) {
  state.outbox = state.outbox.filter(({ id }) => id !== item.id);
  const refused = state.entries.find(({ id }) => id === item.id);
  if (refused) refused.error = error;
}

/** Forget everything but the language and the words that were never sent. */
export function startOver(state) {
  const draft = unsentWords(state);
  Object.assign(state, emptyConversation(state.language), { draft });
}

/** @returns {boolean} whether the choices of `entry` can still be taken */
export function isOffered(state, entry) {
  return entry.answer === state.latest && state.outbox.length === 0;
}

export function hasSpoken(state) {
  return state.entries.some(({ from }) => from === "member");
}

/** @returns {string[]} what the member typed, not what they chose */
export function typedWords(state) {
  return state.entries.filter(isTyped).map(({ text }) => text);
}

/** @returns {string} */
export function unsentWords(state) {
  const typed = state.outbox.map(({ body }) => body.text);
  return [...typed, state.draft].filter(Boolean).join("\n");
}

function entriesOf({ messages, language }, answer) {
  return messages.map(({ text, choices }, index) => ({
    id: `${answer}.${index}`,
    from: "bot",
    text,
    choices,
    lang: language,
    at: Date.now(),
    answer,
  }));
}

function firstUnsent(state) {
  const waiting = new Set(state.outbox.map(({ id }) => id));
  const place = state.entries.findIndex(({ id }) => waiting.has(id));
  return place < 0 ? state.entries.length : place;
}

const isTyped = ({ from, choice }) => from === "member" && !choice;

function newId() {
  // crypto.randomUUID is missing where a test server has no https.
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
