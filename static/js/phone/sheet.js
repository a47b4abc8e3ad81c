// One visit: the instrument filled in with the person, what it suggests, and what the checker says. docs/adr/0040.
import { suggest, tally } from "./rule.js";

const SKILLS = ["reads", "writes", "counts"], TELLING = ["holds_1", "holds_2", "relapsed"];
const two = (number) => String(number).padStart(2, "0");
export const shown = (iso) => iso.split("-").reverse().join("/");
export function today() {
  const now = new Date();
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
// "5/12/2026", also with dots, dashes or blanks → "2026-12-05"; "" for what is no day.
function isoOf(text) {
  const [, day, month, year] = /^\s*(\d{1,2})[\s./-](\d{1,2})[\s./-](\d{4})\s*$/.exec(text) || [];
  const on = new Date(Number(year), month - 1, Number(day));
  return on.getMonth() === month - 1 && on.getDate() === Number(day) ? `${year}-${two(month)}-${two(day)}` : "";
}

export function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function itemField(item, number, count, word, points) {
  const field = element("fieldset", "field choices item"), legend = element("legend", "", `${number}/${count}. ${word(item.skill)}`);
  const row = element("div");
  field.append(legend, element("p", "", item.ask));
  if (item.show) field.append(element("p", "read-this", item.show));
  const choice = (value, text, checked) => {
    const label = element("label"), radio = element("input");
    radio.type = "radio"; radio.name = `item_${item.code}`; radio.value = value; radio.checked = checked;
    label.append(radio, element("span", "", text));
    return label;
  };
  row.append(choice("", word("not_tried"), points === undefined));
  item.scores.forEach((text, value) => row.append(choice(String(value), `${value} · ${text}`, points === value)));
  field.append(row);
  return field;
}

// Shows a person's visit in the form; `kept` is a check or a draft to go on with. `changed` hears of every change.
export function open(form, person, instrument, kept, word, changed) {
  const items = instrument ? instrument.items : [], find = (name) => form.querySelector(`[data-${name}]`);
  const values = kept || { answers: {}, outcome: "", checked_on: today(), note: "", reason: "" };
  find("items").replaceChildren(...items.map((item, place) => itemField(item, place + 1, items.length, word, values.answers[item.code])));
  find("sheet").hidden = !items.length;
  form.querySelectorAll("input[name=outcome]").forEach((radio) => { radio.checked = radio.value === values.outcome; });
  form.elements.checked_on.value = shown(values.checked_on);
  form.elements.note.value = values.note;
  form.elements.reason.value = values.reason;
  let own = Boolean(values.outcome); // chosen by the checker: the suggestion does not change it any more

  const answers = () => Object.fromEntries(items.flatMap((item) => {
    const value = form.elements[`item_${item.code}`].value;
    return value === "" ? [] : [[item.code, Number(value)]];
  }));
  const outcome = () => form.elements.outcome.value;
  const differs = (given) => Object.keys(given).length > 0 && TELLING.includes(outcome()) && outcome() !== suggest(instrument, given);

  function look() {
    const given = answers(), said = items.length ? suggest(instrument, given) : "";
    if (!own) form.querySelectorAll("input[name=outcome]").forEach((radio) => { radio.checked = radio.value === said; });
    const sums = items.length ? SKILLS.map((skill) => [skill, tally(instrument, given, skill)]) : [];
    const parts = sums.map(([skill, sum]) => `${word(skill)} ${sum.tried ? `${sum.low}/${sum.most}` : word("untried")}`);
    find("suggested").textContent = `${parts.join(" · ")}. ${said ? word("suggests", { outcome: word(said) }) : word("undecided")}`;
    find("why").hidden = !differs(given);
  }

  form.onchange = (event) => {
    if (event.target.name === "outcome") own = true;
    look();
    changed(record());
  };
  form.oninput = (event) => { if (event.target.type === "text") changed(record()); };

  // What stands in the form; checked_on as it was when the day cannot be read.
  function record() {
    const given = answers(), reason = differs(given) ? form.elements.reason.value.trim() : "";
    return {
      follow_up: person.follow_up, outcome: own ? outcome() : "", checked_on: isoOf(form.elements.checked_on.value) || values.checked_on,
      answers: given, instrument: Object.keys(given).length ? instrument.version : null, note: form.elements.note.value.trim(), reason,
    };
  }

  // [field, word] of what is wrong, or null.
  function fault() {
    const on = isoOf(form.elements.checked_on.value);
    if (!outcome()) return ["outcome", "no_outcome"];
    if (!on) return ["checked_on", "no_day"];
    if (on > today()) return ["checked_on", "future"];
    if (on < person.since) return ["checked_on", "too_early"];
    if (differs(answers()) && !form.elements.reason.value.trim()) return ["reason", "no_reason"];
    return null;
  }

  look();
  return { fault, record: () => ({ ...record(), outcome: outcome() }) };
}
