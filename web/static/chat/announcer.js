/** The one live region: it says what is new, and focus stays where it is. */

const KEPT_MS = 8_000;

const region = document.getElementById("announcer");

/**
 * @param {string} words
 * @param {"fr"|"en"} lang
 */
export function announce(words, lang) {
  const line = document.createElement("p");
  line.lang = lang;
  line.textContent = words;
  region.append(line);
  setTimeout(() => line.remove(), KEPT_MS);
}
