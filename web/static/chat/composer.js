/** Where the member writes: Enter sends, Shift+Enter goes to the next line, nothing is ever cut. */

import { announce } from "./announcer.js";
import { config } from "./config.js";
import { currentLanguage, text } from "./texts.js";

const WARNING_SHARE = 0.9;

const form = document.getElementById("composer");
const input = document.getElementById("input");
const note = document.getElementById("composer-note");

/** @param {(text: string) => void} onSend */
export function connectComposer(onSend) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(onSend);
  });
  input.addEventListener("keydown", (event) => {
    // While an input method composes, Enter accepts its proposal; 229 is Safari's way to say so.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey) return;
    event.preventDefault();
    send(onSend);
  });
  input.addEventListener("input", update);
}

export function focusInput() {
  input.focus();
}

export function draft() {
  return input.value;
}

/** @param {string} words put after those already there */
export function addToDraft(words) {
  input.value = [input.value, words].filter(Boolean).join("\n");
  update();
}

/** Follow the words: height, count, and the language of the moment. */
export function update() {
  input.style.height = "auto";
  const borders = input.offsetHeight - input.clientHeight;
  input.style.height = `${input.scrollHeight + borders}px`;
  const length = lengthOf(input.value);
  const isOver = length > config.max_text;
  note.textContent = noteOn(length);
  note.classList.toggle("over", isOver);
  input.setAttribute("aria-invalid", String(isOver));
}

function send(onSend) {
  const words = input.value.trim();
  if (!words) return;
  if (lengthOf(words) > config.max_text) {
    announce(noteOn(lengthOf(words)), currentLanguage());
    return;
  }
  input.value = "";
  update();
  onSend(words);
}

function noteOn(length) {
  if (length > config.max_text) return text("characters_over", { count: length - config.max_text });
  if (length < config.max_text * WARNING_SHARE) return "";
  return text("characters_left", { count: config.max_text - length });
}

/** In characters as the server counts them, of the trimmed words. */
function lengthOf(words) {
  return [...words.trim()].length;
}
