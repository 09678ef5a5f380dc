/** The conversation as this browser keeps it, shared by the pages of a site and by their tabs. */

import { emptyConversation, unsentWords } from "./conversation.js";

const MS_PER_HOUR = 3_600_000;

/**
 * @param {string|null} key of the pôle
 * @param {number} hours that a conversation lasts
 */
export function createStore(key, hours) {
  const name = `aiguilleur:${key ?? ""}`;
  let storage = sharedStorage();
  const listeners = [];
  let memory = null;

  function read() {
    const state = parse(storage ? storage.getItem(name) : memory);
    const isOver = state.opened_at && Date.now() - state.opened_at > hours * MS_PER_HOUR;
    return isOver ? { ...emptyConversation(state.language), draft: unsentWords(state) } : state;
  }

  function write(state) {
    const kept = JSON.stringify(state);
    try {
      storage?.setItem(name, kept);
    } catch {
      // Full: the conversation goes on in this page alone.
      storage = null;
    }
    memory = kept;
  }

  const notify = () => listeners.forEach((listener) => listener());
  window.addEventListener("storage", (event) => event.key === name && notify());

  return {
    /** Whether other tabs see the same conversation. */
    get isShared() {
      return storage !== null;
    },
    name,
    read,
    /** @param {(state: import("./conversation.js").State) => void} change */
    update(change) {
      const state = read();
      change(state);
      write(state);
      notify();
    },
    /** @param {() => void} listener told of every change, from this tab or another */
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

function sharedStorage() {
  try {
    const probe = "aiguilleur:probe";
    localStorage.setItem(probe, "");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return null;
  }
}

function parse(kept) {
  try {
    return { ...emptyConversation(null), ...JSON.parse(kept ?? "{}") };
  } catch {
    return emptyConversation(null);
  }
}
