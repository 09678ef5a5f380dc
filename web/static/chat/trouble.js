/** What to tell the member when something is not sent or not answered, and what they can do. */

import { text } from "./texts.js";

const TRIES_BEFORE_FORM = 2;
const LONG_WAIT_SECONDS = 30;

const STATUS_TEXTS = {
  network: "unsent_network",
  service: "unsent_service",
  busy: "unsent_busy",
  expired: "unsent_over",
  closed: "unsent_over",
};
const HELP_TEXTS = { network: "help_network", service: "help_service" };

/**
 * Why an entry is not sent, in the words shown under it; empty when all is well.
 * @param {import("./conversation.js").State} state
 * @param {import("./conversation.js").Entry} entry
 * @param {import("./sender.js").Trouble|null} trouble
 */
export function statusOf(state, entry, trouble) {
  if (entry.error) return entry.error;
  if (!trouble || !state.outbox.some(({ id }) => id === entry.id)) return "";
  return text(STATUS_TEXTS[trouble.kind], { seconds: trouble.seconds });
}

/**
 * The help that the conversation as a whole needs.
 * @returns {Parameters<import("./help.js").showHelp>[0]}
 */
export function helpFor(state, trouble) {
  if (!trouble) return state.failed ? { text: text("help_service"), hasForm: true } : null;
  const { kind, tries, seconds } = trouble;
  const isInEntry = state.outbox.some(({ body }) => !body.to_language);
  if (kind === "expired") return { text: text("help_expired"), canRestart: true, hasForm: true };
  if (kind === "closed") return { text: trouble.message || text("help_service"), hasForm: true };
  if (kind === "busy") {
    const hasForm = seconds > LONG_WAIT_SECONDS;
    return isInEntry && !hasForm ? null : { text: text("unsent_busy", { seconds }), hasForm };
  }
  const hasForm = tries >= TRIES_BEFORE_FORM;
  if (isInEntry && !hasForm) return null;
  return { text: text(HELP_TEXTS[kind]), canRetry: !isInEntry, hasForm };
}
