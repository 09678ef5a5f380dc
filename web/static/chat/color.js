/** Colours as WCAG 2 measures them. A colour here is [red, green, blue], each from 0 to 255. */

const HEX = /^#[0-9a-f]{6}$/i;
const BLACK = [0, 0, 0];
const WHITE = [255, 255, 255];
const STEPS = 50;

/** @returns {number[]|null} null for anything but #rrggbb */
export function parseHex(value) {
  if (!HEX.test(value ?? "")) return null;
  return [1, 3, 5].map((start) => parseInt(value.slice(start, start + 2), 16));
}

/** @returns {string} #rrggbb */
export function toHex(color) {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** @returns {number} from 1 to 21 */
export function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** @returns {number[]} `color`, darkened or lightened as little as `ratio` on `ground` asks */
export function readable(color, ground, ratio) {
  const goal = contrastingText(ground);
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = color.map((part, index) => part + ((goal[index] - part) * step) / STEPS);
    const rounded = mixed.map(Math.round);
    if (contrast(rounded, ground) >= ratio) return rounded;
  }
  return goal;
}

/** @returns {number[]} black or white: one of them always has 4.5:1 on `ground` */
export function contrastingText(ground) {
  return contrast(WHITE, ground) >= contrast(BLACK, ground) ? WHITE : BLACK;
}

function luminance(color) {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
