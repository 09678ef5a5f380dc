/** Links in what the bot says: recognized, checked, and built as elements, never as HTML. */

const LINK = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"«»]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const SAFE_SCHEMES = new Set(["https:", "http:", "mailto:", "tel:"]);
const TRAILING_POINT = /[.,;:!?'’”)\]]+$/;

/**
 * @param {string} text
 * @returns {(string|HTMLAnchorElement)[]} the same words, their addresses as links
 */
export function withLinks(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(TRAILING_POINT, "");
    const link = linkTo(address);
    if (!link) continue;
    parts.push(text.slice(end, index), link);
    end = index + address.length;
  }
  parts.push(text.slice(end));
  return parts;
}

function linkTo(address) {
  const hasScheme = /^(?:https?|mailto|tel):/i.test(address);
  const url = parse(hasScheme ? address : `mailto:${address}`);
  if (!url || !SAFE_SCHEMES.has(url.protocol)) return null;
  const link = document.createElement("a");
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = address;
  return link;
}

function parse(address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
