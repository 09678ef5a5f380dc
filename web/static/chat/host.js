/** Speak with the loader on the page that embeds this frame, and with nobody else. */

import { config } from "./config.js";

const origin = config.parent_origin;

export const isEmbedded = origin !== null && window.parent !== window;

/**
 * @param {"ready"|"close"|"unread"} message
 * @param {object} [details]
 */
export function tellHost(message, details = {}) {
  if (isEmbedded) window.parent.postMessage({ ...details, aiguilleur: message }, origin);
}

/**
 * @param {Object<string, (details: object) => void>} handlers by message: options, opened, closed
 */
export function listenToHost(handlers) {
  window.addEventListener("message", (event) => {
    if (!isEmbedded || event.source !== window.parent || event.origin !== origin) return;
    const name = event.data?.aiguilleur;
    if (Object.hasOwn(handlers, name)) handlers[name](event.data);
  });
}
