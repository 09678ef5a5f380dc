/** The messages on screen, kept the same as the conversation. */

import { isOffered } from "./conversation.js";
import { makeMessage, updateMessage } from "./message.js";
import { makeRoving } from "./roving.js";

const MOST_SHOWN = 200;

/**
 * @param {HTMLElement} list
 * @param {{onChoose: Function, standing: (state: object, entry: object) => object}} options
 *   `standing` gives the status and the remedy of an entry
 */
export function createTranscript(list, { onChoose, standing }) {
  const items = new Map();
  const refreshStops = makeRoving(list);

  function itemFor(entry) {
    if (!items.has(entry.id)) {
      items.set(entry.id, makeMessage(entry, (choice) => onChoose(entry, choice)));
    }
    return items.get(entry.id);
  }

  function forgetAllBut(entries) {
    const kept = new Set(entries.map(({ id }) => id));
    for (const [id, item] of items) {
      if (kept.has(id)) continue;
      item.remove();
      items.delete(id);
    }
  }

  /** @returns {{entry: object, item: HTMLElement}[]} what was not there before */
  return function show(state) {
    const entries = state.entries.slice(-MOST_SHOWN);
    const added = entries.filter(({ id }) => !items.has(id));
    const taken = takenChoices(entries);
    forgetAllBut(entries);
    entries.forEach((entry, index) => {
      const item = itemFor(entry);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
      const offer = { isOffered: isOffered(state, entry), taken: taken.get(entry.id) };
      updateMessage(item, entry, { ...offer, ...standing(state, entry) });
    });
    list.hidden = entries.length === 0;
    refreshStops();
    return added.map((entry) => ({ entry, item: items.get(entry.id) }));
  };
}

function takenChoices(entries) {
  const chosen = entries.filter(({ choice, error }) => choice && !error);
  return new Map(chosen.map(({ choice }) => [choice.entry, choice.value]));
}
