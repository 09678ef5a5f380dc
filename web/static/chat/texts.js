/** The words of the interface, in the language of the moment. */

import { config } from "./config.js";

const VALUES = { ...config.privacy, max: config.max_text };

let language = config.language;

/** @returns {import("./config.js").Language} */
export function currentLanguage() {
  return language;
}

/** @returns {import("./config.js").Language} */
export function otherLanguage() {
  return language === "fr" ? "en" : "fr";
}

/**
 * @param {string} key of widget_texts.yml
 * @param {Object<string, string|number>} [values] of the placeholders
 */
export function text(key, values) {
  const all = { ...VALUES, ...values };
  return config.texts[language][key].replace(/\{(\w+)\}/g, (_, name) => shown(all[name]));
}

/**
 * Put the whole page in a language: its `lang`, title, texts and names.
 * @param {import("./config.js").Language} chosen
 */
export function setLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  const name = config.name ?? text("default_name");
  document.title = `${name} – ${text("subtitle")}`;
  document.getElementById("name").textContent = name;
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = text(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
    element.title = text(element.dataset.label);
  }
  document.getElementById("language").lang = otherLanguage();
  document.getElementById("transcript").setAttribute("aria-label", text("conversation"));
  document.getElementById("input").placeholder = text("message_hint");
  for (const link of document.querySelectorAll("a[data-form]")) {
    link.href = config.form_url[chosen];
  }
  document.querySelector("a[data-privacy]").href = config.privacy_url[chosen];
}

function shown(value) {
  return typeof value === "number" ? new Intl.NumberFormat(`${language}-CA`).format(value) : value;
}

/** @param {number} moment in milliseconds since 1970; the date is told unless it is today */
export function time(moment) {
  const date = new Date(moment);
  const isToday = date.toDateString() === new Date().toDateString();
  const options = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(`${language}-CA`, options).format(date);
}
