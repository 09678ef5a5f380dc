/** The pôle's colour, corrected until it can be read on the light theme and on the dark one. */

import { contrastingText, parseHex, readable, toHex } from "./color.js";

// Of the grounds that the accent lies on, the bubble is the nearest to it in both themes.
const GROUND = "--bubble";
const TEXT_RATIO = 4.5;
// Enough to be seen: what a shape says is in its own text, which has the ratio of texts.
const SHAPE_RATIO = 1.5;

/** @param {string|null} color #rrggbb; anything else leaves the default */
export function applyColor(color) {
  const accent = parseHex(color);
  if (!accent) return;
  const paint = () => paintAccent(accent);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  paint();
}

function paintAccent(accent) {
  const page = document.documentElement;
  const ground = parseHex(getComputedStyle(page).getPropertyValue(GROUND).trim());
  const fill = readable(accent, ground, SHAPE_RATIO);
  page.style.setProperty("--fill", toHex(fill));
  page.style.setProperty("--on-fill", toHex(contrastingText(fill)));
  page.style.setProperty("--accent", toHex(readable(accent, ground, TEXT_RATIO)));
}
