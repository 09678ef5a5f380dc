// What the desk asks of the server; verdicts leave in the order they were given.

export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Server {
  constructor(csrf) {
    this.headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
    this.sending = Promise.resolve();
    this.unsent = 0;
  }

  get isSending() {
    return this.unsent > 0;
  }

  async messages(asked) {
    const given = Object.entries(asked).filter(([, value]) => value !== null);
    return this.#read(await fetch(`review/messages?${new URLSearchParams(given)}`));
  }

  send(verdict) {
    return this.#inOrder("review/verdict", verdict);
  }

  undo() {
    return this.#inOrder("review/undo", {});
  }

  #inOrder(path, body) {
    const sent = this.sending.then(async () => {
      const options = { method: "POST", headers: this.headers, body: JSON.stringify(body), keepalive: true };
      return this.#read(await fetch(path, options));
    });
    this.unsent += 1;
    this.sending = sent
      .catch(() => {})
      .finally(() => {
        this.unsent -= 1;
      });
    return sent;
  }

  async #read(response) {
    if (response.status === 422) throw new Refused((await response.json()).error);
    // A session that has ended leads to the page of sign-in.
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    return response.json();
  }
}
