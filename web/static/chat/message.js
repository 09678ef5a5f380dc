/** One message on screen: made once, then kept up to date in place, so that focus stays. */

import { withLinks } from "./links.js";
import { currentLanguage, text, time } from "./texts.js";

/**
 * @typedef {object} Standing what changes around an entry
 * @property {boolean} isOffered whether its choices can be taken
 * @property {string|undefined} taken the value of the choice that was
 * @property {string} status why it is not sent yet, or was refused; empty when all is well
 * @property {{label: string, act: () => void}|null} remedy what the member can do about it
 *
 * @param {import("./conversation.js").Entry} entry
 * @param {(choice: {title: string, value: string}) => void} onChoose
 */
export function makeMessage(entry, onChoose) {
  const item = element("li", `message from-${entry.from}`);
  item.id = `m-${entry.id}`;
  const speaker = element("span", "speaker sr");
  const words = element("p", "words");
  words.lang = entry.lang;
  words.dir = "auto";
  words.append(...(entry.from === "bot" ? withLinks(entry.text) : [entry.text]));
  item.append(speaker, words);
  if (entry.choices?.length) item.append(makeChoices(entry, onChoose));
  const foot = element("p", "foot");
  foot.append(element("span", "status"), element("time", ""));
  item.append(foot);
  nameBy(item, { speaker, words, foot });
  return item;
}

/** @param {HTMLElement} item @param {Standing} standing */
export function updateMessage(item, entry, standing) {
  item.querySelector(".speaker").textContent = text(
    entry.from === "bot" ? "speaker_bot" : "speaker_member",
  );
  item.querySelector(".words").lang = entry.lang;
  const stamp = item.querySelector("time");
  stamp.dateTime = new Date(entry.at).toISOString();
  stamp.textContent = time(entry.at);
  item.querySelector(".status").textContent = standing.status;
  item.classList.toggle("unsent", standing.status !== "");
  updateRemedy(item, standing.remedy);
  updateChoices(item, entry, standing);
}

function makeChoices(entry, onChoose) {
  const group = element("div", "choices");
  group.setAttribute("role", "group");
  group.lang = entry.lang;
  for (const choice of entry.choices) {
    const button = element("button", "choice");
    button.type = "button";
    const title = element("span", "");
    title.textContent = choice.title;
    button.append(title);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") onChoose(choice);
    });
    group.append(button);
  }
  return group;
}

function updateChoices(item, entry, { isOffered, taken }) {
  const group = item.querySelector(".choices");
  if (!group) return;
  group.setAttribute("aria-label", text("choices"));
  group.querySelectorAll("button").forEach((button, index) => {
    const isTaken = entry.choices[index].value === taken;
    button.setAttribute("aria-disabled", String(!isOffered));
    button.classList.toggle("taken", isTaken);
    button.querySelector(".sr")?.remove();
    if (!isTaken) return;
    const mark = element("span", "sr");
    mark.lang = currentLanguage();
    mark.textContent = ` (${text("choice_taken")})`;
    button.append(mark);
  });
}

function updateRemedy(item, remedy) {
  const old = item.querySelector(".remedy");
  if (!remedy) {
    // A button that goes away would take the focus with it.
    if (old && old === document.activeElement) item.focus({ preventScroll: true });
    return old?.remove();
  }
  const button = old ?? element("button", "remedy");
  button.type = "button";
  button.textContent = remedy.label;
  button.onclick = remedy.act;
  if (!old) item.querySelector(".foot").append(button);
}

function nameBy(item, parts) {
  const ids = Object.entries(parts).map(([name, part]) => {
    part.id = `${item.id}-${name}`;
    return part.id;
  });
  item.setAttribute("aria-labelledby", ids.join(" "));
}

function element(tag, classes) {
  const made = document.createElement(tag);
  made.className = classes;
  return made;
}
