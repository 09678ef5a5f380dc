/** The way out when the chat is stuck: try again, start over, or the form with the words typed. */

import { config } from "./config.js";
import { currentLanguage } from "./texts.js";

// The server takes bodies of 16 KiB; the last words matter most.
const MAX_BODY_BYTES = 12_000;

const section = document.getElementById("help");
const words = document.getElementById("help-text");
const retry = document.getElementById("help-retry");
const restart = document.getElementById("help-restart");
const form = document.getElementById("help-form");

/**
 * @param {{retry: () => void, restart: () => void, words: () => string[]}} actions `words` gives
 *   the messages typed so far, the first one first
 */
export function connectHelp(actions) {
  retry.addEventListener("click", actions.retry);
  restart.addEventListener("click", actions.restart);
  form.addEventListener("submit", () => {
    form.action = config.form_url[currentLanguage()];
    form.elements.description.value = fitting(actions.words());
  });
}

/**
 * @param {{text: string, canRetry?: boolean, canRestart?: boolean, hasForm?: boolean}|null} help
 * @returns {boolean} whether it held the focus and has gone
 */
export function showHelp(help) {
  const hadFocus = section.contains(document.activeElement);
  section.hidden = !help;
  words.textContent = help?.text ?? "";
  retry.hidden = !help?.canRetry;
  restart.hidden = !help?.canRestart;
  form.hidden = !help?.hasForm;
  return hadFocus && !help;
}

function fitting(messages) {
  const kept = [];
  let bytes = 0;
  for (const message of messages.toReversed()) {
    bytes += new URLSearchParams({ description: `${message}\n` }).toString().length;
    if (kept.length > 0 && bytes > MAX_BODY_BYTES) break;
    kept.unshift(message);
  }
  return kept.join("\n");
}
