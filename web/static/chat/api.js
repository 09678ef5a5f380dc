/** The chat API of this origin. */

const TIMEOUT_MS = 15_000;

/** The server refused; `message` is a sentence for the member. No answer is another error. */
export class ApiError extends Error {
  /**
   * @param {Response} response
   * @param {{code?: string, message?: string}} detail
   */
  constructor(response, detail) {
    super(detail.message ?? "");
    this.status = response.status;
    this.code = detail.code ?? "";
    this.retrySeconds = Number(response.headers.get("Retry-After")) || 5;
  }
}

/**
 * @typedef {{text: string, choices: {title: string, value: string}[]}} Message
 * @typedef {{messages: Message[], language: "fr"|"en", failed?: boolean, session?: string}} Answer
 * @param {string} path
 * @param {object} body
 * @param {AbortController} flight to call the request off
 * @returns {Promise<Answer>}
 */
export async function post(path, body, flight) {
  const timer = setTimeout(() => flight.abort(), TIMEOUT_MS);
  try {
    return await exchange(path, body, flight.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function exchange(path, body, signal) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    signal,
  });
  if (!response.ok) throw new ApiError(response, await detailOf(response));
  const answer = await response.json();
  if (!Array.isArray(answer.messages)) throw new TypeError("not an answer");
  return answer;
}

async function detailOf(response) {
  try {
    return (await response.json()).error ?? {};
  } catch {
    // What stands in front of the server may answer with a page.
    return {};
  }
}
