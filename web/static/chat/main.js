/** The frame of the chat: put its parts together and keep them the same as the conversation. */

import { announce } from "./announcer.js";
import { addToDraft, connectComposer, draft, focusInput, update } from "./composer.js";
import { config } from "./config.js";
import * as conversation from "./conversation.js";
import { connectHelp, showHelp } from "./help.js";
import { isEmbedded, listenToHost, tellHost } from "./host.js";
import { focusNotice, updateNotice } from "./notice.js";
import { createFollower } from "./scrolling.js";
import { createSender } from "./sender.js";
import { createStore } from "./store.js";
import { currentLanguage, otherLanguage, setLanguage, text } from "./texts.js";
import { applyColor } from "./theme.js";
import { createTranscript } from "./transcript.js";
import { helpFor, statusOf } from "./trouble.js";
import { showTyping } from "./typing.js";

const byId = (id) => document.getElementById(id);

const store = createStore(config.key, config.session_hours);
const sender = createSender(store, showChange);
const follower = createFollower(byId("new-messages"));
const showTranscript = createTranscript(byId("transcript"), { onChoose: choose, standing });

let greeting = config.greeting ?? {};
let isStarted = false;
let isOpen = true;
let unread = 0;
let lastHelp = "";

function render() {
  const state = store.read();
  if (state.language !== currentLanguage()) setLanguage(state.language);
  showGreeting();
  updateNotice(conversation.hasSpoken(state));
  const added = showTranscript(state);
  showTyping(sender.isBusy && !sender.trouble);
  renderHelp(state);
  update();
  return added.filter(({ entry }) => entry.from === "bot");
}

function renderHelp(state) {
  const help = helpFor(state, sender.trouble);
  const isFocusLost = showHelp(help);
  if (isFocusLost) focusInput();
  if (help && help.text !== lastHelp) announce(help.text, currentLanguage());
  lastHelp = help?.text ?? "";
}

function showGreeting() {
  const words = greeting[currentLanguage()] ?? "";
  byId("greeting").textContent = words;
  byId("greeting").hidden = !words;
}

function standing(state, entry) {
  const status = statusOf(state, entry, sender.trouble);
  return { status, remedy: status ? remedyFor(entry) : null };
}

function remedyFor(entry) {
  if (entry.error && entry.choice) return null;
  if (entry.error) return { label: text("take_back"), act: () => takeBack(entry) };
  const canRetry = ["network", "service"].includes(sender.trouble.kind);
  return canRetry ? { label: text("retry"), act: sender.run } : null;
}

function takeBack(entry) {
  addToDraft(entry.text);
  focusInput();
}

function showChange() {
  const wasAtEnd = follower.isAtEnd();
  const news = render();
  // Until the first message, the notice is what is to be read.
  const canScroll = conversation.hasSpoken(store.read());
  if (news.length > 0) tellNews(news);
  if (canScroll && news.length > 0) follower.toNew(news[0].item);
  else if (canScroll && wasAtEnd) follower.toEnd();
}

function tellNews(news) {
  for (const { entry } of news) announce(spoken(entry), entry.lang);
  if (isOpen) return;
  unread += news.length;
  tellHost("unread", { count: unread });
}

function spoken({ text: words, choices = [] }) {
  if (choices.length === 0) return words;
  const titles = choices.map(({ title }) => title).join(", ");
  return `${words} ${text("choices_are", { titles })}`;
}

function say(words) {
  store.update((state) => conversation.say(state, words));
  follower.toEnd();
  sender.run();
}

function choose(entry, choice) {
  store.update((state) => conversation.choose(state, entry, choice));
  follower.toEnd();
  sender.run();
}

function switchLanguage() {
  store.update((state) => conversation.changeLanguage(state, otherLanguage()));
  sender.run();
}

function startOver() {
  store.update(conversation.startOver);
  takeDraft();
  sender.reset();
  follower.toTop();
  focusInput();
}

function takeDraft() {
  const words = store.read().draft;
  if (!words) return;
  store.update((state) => (state.draft = ""));
  addToDraft(words);
}

function connectHeader() {
  const dialog = byId("restart-dialog");
  byId("language").hidden = config.languages.length < 2;
  byId("language").addEventListener("click", switchLanguage);
  byId("restart").addEventListener("click", () => dialog.showModal());
  byId("restart-cancel").addEventListener("click", () => dialog.close());
  byId("restart-confirm").addEventListener("click", () => {
    dialog.close();
    startOver();
  });
  byId("close").hidden = !isEmbedded;
  byId("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !dialog.open) close();
  });
}

function close() {
  if (!isEmbedded) return;
  isOpen = false;
  tellHost("close");
}

function opened() {
  isOpen = true;
  if (unread > 0) follower.toEnd();
  unread = 0;
  // On a phone the keyboard would come up over the notice, which is to be read first.
  const hasKeyboardOnScreen = matchMedia("(pointer: coarse)").matches;
  if (hasKeyboardOnScreen && !conversation.hasSpoken(store.read())) focusNotice();
  else focusInput();
}

function start(options = {}) {
  if (isStarted) return;
  isStarted = true;
  applyColor(options.color ?? config.color);
  const asked = config.languages.includes(options.language) ? options.language : config.language;
  if (options.greeting) greeting = { [asked]: options.greeting };
  store.update((state) => {
    if (!config.languages.includes(state.language)) state.language = asked;
  });
  setLanguage(store.read().language);
  document.documentElement.classList.add("ready");
  takeDraft();
  // What was said before is shown, not announced.
  render();
  if (conversation.hasSpoken(store.read())) follower.toEnd();
  store.subscribe(showChange);
  sender.start(options.identity ?? null);
}

function watchNetwork() {
  for (const event of ["online", "focus"]) window.addEventListener(event, () => sender.run());
  window.addEventListener("pagehide", () => {
    store.update((state) => (state.draft = draft()));
  });
}

connectHeader();
connectComposer(say);
connectHelp({
  retry: sender.run,
  restart: startOver,
  words: () => [...conversation.typedWords(store.read()), draft()].filter(Boolean),
});
watchNetwork();
if (isEmbedded) {
  listenToHost({ options: start, opened, closed: () => (isOpen = false) });
  const { color, languages, side = null } = config;
  tellHost("ready", { color, side, languages });
} else {
  start();
}
