// A message, how it was understood, and what was said around it.

export function show(message, names, texts) {
  const quote = document.getElementById("message");
  quote.textContent = message.text;
  quote.lang = message.language;
  document.getElementById("understood").textContent = [
    texts[`outcome_${message.outcome}`],
    (message.fields.length ? message.fields : [message.intent])
      .map((value) => names.get(value) ?? value)
      .join(" + "),
    percent(message.confidence),
    `${texts.model} ${message.model.slice(0, 8)}`,
  ].join(" – ");
  const ranking = Object.entries(message.ranking).slice(0, 5);
  document.getElementById("ranking").replaceChildren(
    ...ranking.map(([value, probability]) => line(`${names.get(value) ?? value} ${percent(probability)}`)),
  );
  document.getElementById("around").replaceChildren(...message.around.map((spoken) => said(spoken, texts)));
}

function percent(probability) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(probability);
}

function line(words) {
  const item = document.createElement("li");
  item.textContent = words;
  return item;
}

function said({ by_member: byMember, words, language }, texts) {
  const item = line(`${byMember ? texts.by_member : texts.by_bot} ${words}`);
  item.lang = language;
  item.classList.toggle("by-member", byMember);
  return item;
}
