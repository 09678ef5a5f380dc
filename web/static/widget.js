/**
 * The loader of the chat: a button on the partner's page, and the frame it opens. It keeps nothing,
 * reads nothing of the page but its own script tag, and speaks with its own origin alone.
 */
(() => {
  "use strict";

  const GUARD = Symbol.for("aiguilleur.widget");
  const READY_MS = 8000;
  const DEFAULT_COLOR = "#1b5e5a";
  const CHEVRON = "M6 9l6 6 6-6";
  const BUBBLE =
    "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z";
  const TEXTS = {
    fr: {
      button: "Clavarder",
      title: "Clavardage avec l’assistant du Consortium",
      opening: "Ouverture du clavardage…",
      refused: "Le clavardage ne s’ouvre pas dans cette page.",
      link: "L’ouvrir dans un nouvel onglet",
      unread: "Nouveaux messages\u00a0: ",
    },
    en: {
      button: "Chat",
      title: "Chat with the Consortium’s assistant",
      opening: "Opening the chat…",
      refused: "The chat does not open in this page.",
      link: "Open it in a new tab",
      unread: "New messages: ",
    },
  };
  const CSS = `
    :host { all: initial !important }
    [hidden] { display: none !important }
    * { box-sizing: border-box; font: 600 16px/1.4 system-ui, sans-serif }
    button, #panel { position: fixed; z-index: 2147483000; right: 20px; left: auto }
    .left button, .left #panel { right: auto; left: 20px }
    button {
      display: flex; gap: 10px; align-items: center; min-width: 56px; min-height: 56px;
      bottom: max(20px, env(safe-area-inset-bottom)); padding: 0 20px 0 16px; cursor: pointer;
      border: 2px solid transparent; border-radius: 28px; color: var(--ink);
      background: var(--fill); box-shadow: 0 4px 20px rgb(0 0 0 / 25%);
    }
    button:focus-visible, a:focus-visible { outline: 3px solid #000; box-shadow: 0 0 0 6px #fff }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 2;
      stroke-linecap: round; stroke-linejoin: round }
    #count { min-width: 24px; padding: 1px 7px; border-radius: 12px; text-align: center;
      color: var(--fill); background: var(--ink) }
    #spoken { position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%) }
    #panel {
      bottom: 92px; width: 380px; height: 600px; max-width: calc(100vw - 40px);
      max-height: calc(100dvh - 112px); overflow: hidden; border-radius: 20px;
      color: #1b2322; background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 12%),
        0 12px 40px rgb(0 0 0 / 25%);
    }
    #panel.waiting { height: auto }
    p { margin: 0; padding: 20px; font-weight: 400 }
    a { display: inline-block; padding: 4px 0; color: #1b5e5a }
    iframe { display: block; width: 100%; height: 100%; border: 0 }
    .waiting iframe { position: absolute; height: 0; visibility: hidden }
    @media (max-width: 480px), (max-height: 480px) {
      #panel:not(.waiting) { inset: 0 !important; width: 100%; height: 100dvh; max-width: none;
        max-height: none; border-radius: 0 }
      .full button { visibility: hidden }
    }
    @media (prefers-color-scheme: dark) {
      #panel { color: #e9eeec; background: #161b1b }
      a { color: #6cc5bd }
    }
    @media print { #panel, button { display: none } }
  `;

  const script = document.currentScript;
  if (!script || window[GUARD]) return;
  window[GUARD] = true;

  const { origin } = new URL(script.src);
  const { key, side, color, greeting, identity, open } = script.dataset;
  if (!/^[\w-]{1,64}$/.test(key ?? "")) return;
  const language = pickLanguage();
  const texts = TEXTS[language];
  const narrow = matchMedia("(max-width: 480px), (max-height: 480px)");

  let iframe = null;
  let isOpen = false;
  let isReady = false;
  let wantsFocus = false;

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];

  const box = add(root, "section", { lang: language, "aria-label": texts.title });
  const button = add(box, "button", {
    type: "button",
    "aria-expanded": "false",
    "aria-controls": "panel",
  });
  const icon = drawIcon();
  add(button, "span").textContent = texts.button;
  const count = add(button, "span", { id: "count", "aria-hidden": "true", hidden: "" });
  const spoken = add(box, "span", { id: "spoken", role: "status" });
  const panel = add(box, "div", { id: "panel", class: "waiting", hidden: "" });
  const word = add(panel, "p", { role: "status" });

  function pickLanguage() {
    const tags = [script.dataset.language, document.documentElement.lang, "fr"];
    return tags.map((tag) => (tag ?? "").slice(0, 2).toLowerCase()).find((tag) => tag in TEXTS);
  }

  function add(parent, tag, attributes = {}) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    parent.append(element);
    return element;
  }

  function drawIcon() {
    const svgName = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(svgName, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(svgName, "path");
    svg.append(path);
    button.append(svg);
    return path;
  }

  function paint(value) {
    const fill = /^#[0-9a-f]{6}$/i.test(value ?? "") ? value : DEFAULT_COLOR;
    // Black or white: one of them always has 4.5:1 on any colour.
    box.style.setProperty("--fill", fill);
    box.style.setProperty("--ink", luminance(fill) > 0.179 ? "#000" : "#fff");
  }

  function luminance(hex) {
    const [red, green, blue] = [1, 3, 5].map((start) => {
      const share = parseInt(hex.slice(start, start + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function place(value) {
    box.classList.toggle("left", value === "left");
  }

  function show(hasAsked) {
    isOpen = true;
    wantsFocus = hasAsked;
    if (!iframe) load();
    update();
    tellUnread(0);
    if (isReady) enter();
  }

  function hide(hasAsked) {
    isOpen = false;
    update();
    if (isReady) tell("closed");
    if (hasAsked) button.focus();
  }

  function update() {
    panel.hidden = !isOpen;
    box.classList.toggle("full", isOpen && isReady);
    button.setAttribute("aria-expanded", String(isOpen));
    icon.setAttribute("d", isOpen ? CHEVRON : BUBBLE);
  }

  function load() {
    word.textContent = texts.opening;
    const query = new URLSearchParams({ parent: location.origin, language });
    iframe = add(panel, "iframe", {
      src: `${origin}/frame/${key}?${query}`,
      title: texts.title,
      referrerpolicy: "origin",
      allow: "",
    });
    setTimeout(() => isReady || giveWayOut(), READY_MS);
  }

  function giveWayOut() {
    word.textContent = `${texts.refused} `;
    const link = add(word, "a", {
      href: `${origin}/chat/${key}`,
      target: "_blank",
      rel: "noopener",
    });
    link.textContent = texts.link;
  }

  function ready(settings) {
    isReady = true;
    word.hidden = true;
    panel.classList.remove("waiting");
    paint(color ?? settings.color);
    place(side ?? settings.side);
    tell("options", { greeting, color, identity, language });
    update();
    if (isOpen) enter();
  }

  function enter() {
    if (!wantsFocus) return;
    iframe.focus();
    tell("opened");
  }

  function tellUnread(number) {
    count.hidden = number === 0;
    count.textContent = number;
    spoken.textContent = number === 0 ? "" : texts.unread + number;
  }

  function tell(message, details = {}) {
    iframe.contentWindow.postMessage({ ...details, aiguilleur: message }, origin);
  }

  window.addEventListener("message", (event) => {
    if (!iframe || event.source !== iframe.contentWindow || event.origin !== origin) return;
    const { aiguilleur: name, ...details } = event.data ?? {};
    if (name === "ready") ready(details);
    if (name === "close") hide(true);
    if (name === "unread" && !isOpen) tellUnread(Number(details.count) || 0);
  });

  button.addEventListener("click", () => (isOpen ? hide(true) : show(true)));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen) hide(true);
  });
  // Over a full screen, focus on the page would be out of sight.
  document.addEventListener("focusin", (event) => {
    if (isOpen && isReady && narrow.matches && event.target !== host) hide(false);
  });

  function begin() {
    paint(color);
    place(side);
    update();
    document.body.append(host);
    // Nobody asked for a phone's whole screen to be covered.
    if (open !== undefined && open !== "false" && !narrow.matches) show(false);
  }

  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
