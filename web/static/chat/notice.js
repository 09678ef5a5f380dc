/** What a member must know before writing: whole until the first message, then folded. */

import { text } from "./texts.js";

const section = document.getElementById("notice");
const title = document.getElementById("notice-title");
const toggle = document.getElementById("notice-toggle");
const body = document.getElementById("notice-body");

let canFold = false;

toggle.addEventListener("click", () => fold(!body.hidden));

for (const link of document.querySelectorAll("a[href='#notice']")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    fold(false);
    section.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  });
}

/** @param {boolean} hasSpoken whether the member has sent a first message */
export function updateNotice(hasSpoken) {
  if (hasSpoken !== canFold) {
    canFold = hasSpoken;
    fold(canFold);
  }
  nameToggle();
}

/** Bring the reader to the notice, where a keyboard on screen would hide it. */
export function focusNotice() {
  title.focus();
}

function fold(isFolded) {
  body.hidden = isFolded;
  toggle.hidden = !canFold;
  toggle.setAttribute("aria-expanded", String(!isFolded));
  nameToggle();
}

function nameToggle() {
  toggle.textContent = text(body.hidden ? "notice_show" : "notice_hide");
}
