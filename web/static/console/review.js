// The review desk: one message at a time, answered by keyboard, sent while the next is read.
import { Choices } from "./review_choices.js";
import { Server } from "./review_server.js";
import { show } from "./review_message.js";

const FEW_LEFT = 8;

const config = JSON.parse(document.getElementById("config").textContent);
const element = Object.fromEntries(
  [...document.querySelectorAll("#desk, #empty, #told, #trouble, #find, #chosen, #desk button")].map(
    (found) => [found.id, found],
  ),
);
const waiting = [];
const seen = new Set();
let last = null;
let isOver = false;
let fetching = null;

const server = new Server(config.csrf);
const choices = new Choices(config.choices, element.find, () => shown());

function current() {
  return waiting[0];
}

// Whether there may be more after this.
function fetchMore() {
  if (isOver) return false;
  fetching ??= fetchOnce().finally(() => {
    fetching = null;
  });
  return fetching;
}

async function fetchOnce() {
  try {
    const more = await server.messages({ ...config.asked, after: last });
    isOver = more.length === 0;
    last = more.at(-1)?.id ?? last;
    waiting.push(...more.filter(({ id }) => !seen.has(id) && !waiting.some((w) => w.id === id)));
    return !isOver;
  } catch {
    trouble(config.texts.unreachable);
    return false;
  }
}

function trouble(words) {
  element.trouble.textContent = words;
  element.trouble.hidden = !words;
}

function shown() {
  const labels = choices.chosen.map(({ name }) => name).join(" + ");
  element.chosen.textContent = `${config.texts.chosen} ${labels || config.texts.nothing}`;
}

async function next() {
  while (!current() && (await fetchMore()));
  const message = current();
  element.desk.hidden = !message;
  element.empty.hidden = Boolean(message) || !isOver;
  if (!message) return;
  show(message, choices.names, config.texts);
  choices.choose(message.given ?? understood(message));
  trouble(message.refusal ?? "");
  press("flag", false);
  press("alike", false);
  element.told.textContent = message.text;
  element.find.focus();
  if (waiting.length < FEW_LEFT) fetchMore();
}

// What the bot would have acted on: where it asked, the likelier field alone.
function understood({ intent, outcome, fields }) {
  if (!fields.length) return [intent];
  return outcome === "several" ? fields : fields.slice(0, 1);
}

function press(name, is) {
  element[name].setAttribute("aria-pressed", String(is));
}

function isPressed(name) {
  return element[name].getAttribute("aria-pressed") === "true";
}

function confirm() {
  const message = current();
  if (!message || !choices.chosen.length) return;
  const isNeed = choices.chosen[0].kind === "field";
  const verdict = {
    id: message.id,
    queue: config.asked.queue,
    intent: isNeed ? "need" : choices.chosen[0].value,
    fields: isNeed ? choices.chosen.map(({ value }) => value) : [],
    flagged: isPressed("flag"),
    alike: isPressed("alike"),
  };
  waiting.shift();
  seen.add(message.id);
  message.given = choices.chosen.map(({ value }) => value);
  server.send(verdict).then(answered, (error) => refused(message, error));
  next();
}

function answered({ ids }) {
  for (const id of ids) {
    seen.add(id);
    const index = waiting.findIndex((message, at) => at > 0 && message.id === id);
    if (index > 0) waiting.splice(index, 1);
  }
  trouble(current()?.refusal ?? "");
}

// It comes back next, or the message that is being read would change under the reader’s fingers.
function refused(message, error) {
  const reason = config.texts[`refused_${error.code}`];
  seen.delete(message.id);
  message.refusal = `${config.texts.refused} ${reason ?? config.texts.unreachable}`;
  waiting.splice(1, 0, message);
  if (current() === message) next();
  else if (!reason) trouble(config.texts.unreachable);
}

function skip() {
  const message = waiting.shift();
  if (message) seen.add(message.id);
  next();
}

async function undo() {
  try {
    const [message] = await server.undo();
    if (!message) return trouble(config.texts.nothing_to_undo);
    seen.delete(message.id);
    waiting.unshift(message);
    trouble("");
    next();
  } catch {
    trouble(config.texts.unreachable);
  }
}

const actions = {
  confirm,
  skip,
  undo,
  flag: () => press("flag", !isPressed("flag")),
  alike: () => press("alike", !isPressed("alike")),
};
for (const [name, act] of Object.entries(actions)) element[name].addEventListener("click", act);

const KEYS = { "-": "skip", "!": "flag", "=": "alike", Backspace: "undo", Enter: "confirm" };
element.find.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey) return;
  if (choices.handle(event)) return event.preventDefault();
  const name = KEYS[event.key];
  if (!name || element.find.value) return;
  event.preventDefault();
  if (!event.repeat) actions[name]();
});

addEventListener("beforeunload", (event) => {
  if (server.isSending) event.preventDefault();
});

next();
