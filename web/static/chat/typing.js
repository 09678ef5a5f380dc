/** The sign that an answer is being prepared, and a word when it takes long. */

import { announce } from "./announcer.js";
import { currentLanguage, text } from "./texts.js";

const SLOW_MS = 5_000;

const sign = document.getElementById("typing");
const words = document.getElementById("typing-text");

let timer = null;

/** @param {boolean} isTyping */
export function showTyping(isTyping) {
  if (isTyping !== sign.hidden) return;
  sign.hidden = !isTyping;
  sign.classList.remove("slow");
  clearTimeout(timer);
  words.textContent = text("typing");
  if (isTyping) timer = setTimeout(tellSlow, SLOW_MS);
}

function tellSlow() {
  sign.classList.add("slow");
  words.textContent = text("typing_slow");
  announce(words.textContent, currentLanguage());
}
