/**
 * What the server tells this frame: key, languages, texts, limits.
 * @typedef {"fr"|"en"} Language
 */
export const config = JSON.parse(document.getElementById("config").textContent);
