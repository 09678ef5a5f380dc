/** Send what waits, one at a time and in order, until each item has its answer. */

import { ApiError, post } from "./api.js";
import { config } from "./config.js";
import { open, receive, refuse } from "./conversation.js";
import { currentLanguage } from "./texts.js";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * @typedef {object} Trouble why the next item is not sent yet
 * @property {"network"|"service"|"busy"|"expired"|"closed"} kind
 * @property {number} tries
 * @property {number} [seconds] until the server accepts again
 * @property {string} [message] the server's sentence
 *
 * @param {ReturnType<import("./store.js").createStore>} store
 * @param {() => void} onChange told when `isBusy` or `trouble` may have changed
 */
export function createSender(store, onChange) {
  let isStarted = false;
  let isBusy = false;
  let timer = null;
  let identity = null;
  let flight = null;
  let isCalledOff = false;
  /** @type {Trouble|null} */
  let trouble = null;

  const hasWork = () => !store.read().session || store.read().outbox.length > 0;

  async function run() {
    if (!isStarted || isBusy || !hasWork()) return;
    clearTimeout(timer);
    isBusy = true;
    onChange();
    try {
      while (hasWork()) {
        await alone(store, step);
        trouble = null;
      }
    } catch (error) {
      if (!isCalledOff) face(error);
    }
    isBusy = false;
    onChange();
    if (isCalledOff) {
      isCalledOff = false;
      run();
    }
  }

  function ask(path, body) {
    flight = new AbortController();
    return post(path, body, flight);
  }

  async function step() {
    const { session, outbox } = store.read();
    if (!session) return openSession();
    if (outbox.length > 0) return deliver(session, outbox[0]);
  }

  async function openSession() {
    const { key, grant } = config;
    const opening = { key, grant, identity, language: currentLanguage() };
    const answer = await ask("/chat/session", withoutNulls(opening)).catch((error) => {
      if (error.code !== "identity_invalid" || !identity) throw error;
      identity = null;
    });
    if (answer) store.update((state) => open(state, answer));
  }

  async function deliver(session, item) {
    try {
      const answer = await ask("/chat/message", { session, id: item.id, ...item.body });
      // The member may have started over while the bot was thinking.
      store.update((state) => state.session === session && receive(state, item, answer));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      store.update((state) => refuse(state, item, error.message));
    }
  }

  function face(error) {
    trouble = { ...describe(error), tries: (trouble?.tries ?? 0) + 1 };
    const backoff = Math.min(FIRST_WAIT_MS * 2 ** (trouble.tries - 1), LONGEST_WAIT_MS);
    if (trouble.kind === "busy") timer = setTimeout(run, trouble.seconds * 1000);
    else if (isPassing(trouble)) timer = setTimeout(run, backoff);
  }

  return {
    get isBusy() {
      return isBusy;
    },
    get trouble() {
      return trouble;
    },
    /** @param {string|null} proof the partner's signed word on who the member is */
    start(proof) {
      isStarted = true;
      identity = proof;
      run();
    },
    /** Send what waits now, unless the server asked to hold on or will never answer. */
    run() {
      if (!trouble || isPassing(trouble)) run();
    },
    /** Leave a conversation that is over, its trouble and what it was waiting for. */
    reset() {
      trouble = null;
      isCalledOff = isBusy;
      flight?.abort();
      run();
    },
  };
}

/** Two tabs of a site share one outbox: one of them sends. */
function alone(store, action) {
  return store.isShared && navigator.locks ? navigator.locks.request(store.name, action) : action();
}

function describe(error) {
  if (!(error instanceof ApiError)) return { kind: "network" };
  if (error.status === 429) return { kind: "busy", seconds: error.retrySeconds };
  if (error.status >= 500) return { kind: "service" };
  if (error.status === 401) return { kind: "expired" };
  return { kind: "closed", message: error.message };
}

const isPassing = ({ kind }) => kind === "network" || kind === "service";

/** Whether the same item would be refused again. */
function isRefusal(error) {
  const { status } = error;
  return error instanceof ApiError && status < 500 && ![401, 404, 429].includes(status);
}

function withoutNulls(body) {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
