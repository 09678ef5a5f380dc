// The fields and kinds to choose from: found by two letters, a word's beginning, or the arrows.

export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export class Choices {
  constructor(choices, find, changed) {
    this.all = choices;
    this.chosen = [];
    this.changed = changed;
    this.find = find;
    this.list = document.getElementById("choices");
    this.active = null;
    this.isFirst = true;
    this.items = new Map(choices.map((choice) => [choice, this.#item(choice)]));
    this.list.append(...this.items.values());
    find.addEventListener("input", () => this.#filter());
  }

  get names() {
    return new Map(this.all.map(({ value, name }) => [value, name]));
  }

  // Start from what the bot understood; the first pick takes its place.
  choose(values) {
    this.chosen = values.map((value) => this.all.find((choice) => choice.value === value)).filter(Boolean);
    this.isFirst = true;
    this.find.value = "";
    this.#filter();
    this.#draw();
  }

  // Whether the key was for the list.
  handle(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.active) {
      this.#pick(this.active);
    } else if (event.key === "Escape") {
      this.find.value = "";
      this.#filter();
    } else {
      return false;
    }
    return true;
  }

  #item(choice) {
    const item = document.createElement("li");
    item.role = "option";
    item.id = `choice-${choice.value}`;
    const code = document.createElement("kbd");
    code.textContent = choice.code;
    item.append(choice.name, " ", code);
    item.addEventListener("click", () => {
      this.#pick(choice);
      this.find.focus();
    });
    return item;
  }

  #pick(choice) {
    const isChosen = this.chosen.includes(choice);
    if (this.isFirst || this.chosen.some(({ kind }) => kind !== choice.kind)) this.chosen = [choice];
    else if (isChosen) this.chosen = this.chosen.filter((other) => other !== choice);
    else this.chosen = choice.kind === "intent" ? [choice] : [...this.chosen, choice];
    this.isFirst = false;
    this.find.value = "";
    this.#filter();
    this.#draw();
  }

  #filter() {
    const sought = fold(this.find.value.trim());
    const found = this.all.filter((choice) => matches(choice, sought));
    found.sort((one, other) => (other.code === sought) - (one.code === sought));
    for (const [choice, item] of this.items) item.hidden = !found.includes(choice);
    this.list.append(...found.map((choice) => this.items.get(choice)));
    this.#activate(sought ? found[0] : null);
  }

  #move(step) {
    const open = [...this.list.children].filter((item) => !item.hidden);
    const index = open.indexOf(this.items.get(this.active));
    const item = open[(index + step + open.length) % open.length] ?? open[0];
    this.#activate(this.all.find((choice) => this.items.get(choice) === item));
  }

  #activate(choice) {
    this.active = choice ?? null;
    for (const [other, item] of this.items) item.classList.toggle("active", other === this.active);
    if (this.active) {
      this.find.setAttribute("aria-activedescendant", this.items.get(this.active).id);
      this.items.get(this.active).scrollIntoView({ block: "nearest" });
    } else {
      this.find.removeAttribute("aria-activedescendant");
    }
  }

  #draw() {
    for (const [choice, item] of this.items) item.ariaSelected = String(this.chosen.includes(choice));
    this.changed();
  }
}

function matches(choice, sought) {
  if (!sought || choice.code === sought) return true;
  const words = fold(choice.name).split(/[^\p{L}\p{N}]+/u);
  return words.some((word) => word.startsWith(sought)) || fold(choice.name).startsWith(sought);
}
