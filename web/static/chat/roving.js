/** One tab stop for a list of messages: arrows, Home and End go from one to the next. */

const MOVES = {
  ArrowUp: (index) => index - 1,
  ArrowDown: (index) => index + 1,
  Home: () => 0,
  End: (index, last) => last,
};

/**
 * @param {HTMLElement} list
 * @returns {() => void} to call once the list has changed
 */
export function makeRoving(list) {
  let current = null;

  function refresh() {
    const isInside = list.contains(document.activeElement);
    if (!current?.isConnected || !isInside) current = list.lastElementChild;
    for (const item of list.children) setStops(item, item === current);
  }

  list.addEventListener("focusin", (event) => {
    current = itemOf(list, event.target);
    refresh();
  });

  list.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const items = [...list.children];
    const last = items.length - 1;
    const index = move(items.indexOf(itemOf(list, event.target)), last);
    items[Math.min(Math.max(index, 0), last)].focus();
    event.preventDefault();
  });

  return refresh;
}

function itemOf(list, element) {
  return [...list.children].find((item) => item.contains(element));
}

/** What waits for an answer is always a stop; the links of a message, once it is current. */
function setStops(item, isCurrent) {
  item.tabIndex = isCurrent ? 0 : -1;
  for (const control of item.querySelectorAll("a, button")) {
    const isPending = control.matches("button:not([aria-disabled=true])");
    control.tabIndex = isCurrent || isPending ? 0 : -1;
  }
}
