/** Follow the conversation, unless the member has gone back up to read. */

const NEAR_PX = 80;

const main = document.querySelector("main");

/** @param {HTMLButtonElement} button shown when something new came out of sight */
export function createFollower(button) {
  let isFollowing = true;
  let lastTop = 0;
  let unseen = null;

  function forget() {
    isFollowing = true;
    unseen = null;
    button.hidden = true;
  }

  function follow() {
    const { scrollTop } = scroller();
    if (isNearEnd()) forget();
    else if (scrollTop < lastTop) isFollowing = false;
    lastTop = scrollTop;
  }

  // Scrolling does not bubble, and what scrolls changes with the height of the window.
  document.addEventListener("scroll", follow, { capture: true, passive: true });

  button.addEventListener("click", () => {
    const target = unseen;
    forget();
    target.focus({ preventScroll: true });
    reveal(target);
  });

  return {
    isAtEnd: isNearEnd,
    /** Go to the end: the member has just spoken, or the conversation has just been shown. */
    toEnd() {
      forget();
      scroller().scrollTo({ top: scroller().scrollHeight, behavior: "instant" });
      lastTop = scroller().scrollTop;
    },
    toTop() {
      forget();
      scroller().scrollTo({ top: 0, behavior: "instant" });
      lastTop = 0;
    },
    /** @param {HTMLElement} element the first of what is new */
    toNew(element) {
      if (isFollowing) return reveal(element);
      unseen ??= element;
      button.hidden = false;
    },
  };
}

function scroller() {
  const isMain = getComputedStyle(main).overflowY === "auto";
  return isMain ? main : document.scrollingElement;
}

function isNearEnd() {
  const { scrollHeight, scrollTop, clientHeight } = scroller();
  return scrollHeight - scrollTop - clientHeight < NEAR_PX;
}

function reveal(element) {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "start", behavior: isCalm ? "instant" : "smooth" });
}
