// Long forms keep what is being typed (docs/adr/0023): in this browser, for one person and page, for a day at most.
// Only what differs from the page as it came is kept; identity numbers and telephone numbers never are. app.js drops a
// draft once its form was saved, and every draft when its writer signs out.
(function () {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const vi = document.documentElement.lang === "vi";
  // A page of many has a draft for each of them (data-draft-part): what is typed on one is not lost on another.
  const part = form.dataset.draftPart ? "#" + form.dataset.draftPart : "";
  const key = `clc-draft:${form.dataset.draft}:${location.pathname}${part}`, DAY = 86400000;
  const NEVER = /^(csrfmiddlewaretoken|decision|card_text)$|personal_id|phone|password|identity/;
  const TYPES = ["hidden", "password", "file", "tel", "submit", "button"];
  const number = (text) => /(\d[ .-]?){9,}/.test(text); // as long as an identity or telephone number, wherever it stands

  const fields = () => [...form.elements].filter((field) => field.name && !NEVER.test(field.name) && !TYPES.includes(field.type));
  const isBox = (field) => field.type === "checkbox" || field.type === "radio";
  const isChanged = function (field) {
    if (isBox(field)) return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected)
      && !(field.selectedIndex === 0 && ![...field.options].some((option) => option.defaultSelected));
    return field.value !== field.defaultValue;
  };
  const valuesOf = (name) => fields().filter((field) => field.name === name).flatMap(function (field) {
    if (isBox(field)) return field.checked ? [field.value] : [];
    return field.options ? [...field.selectedOptions].map((option) => option.value) : [field.value];
  });
  const changed = () => Object.fromEntries(fields().filter(isChanged).map((field) => [field.name, valuesOf(field.name)])
    .filter(([, values]) => !values.some(number)));

  let store;
  try { store = window.localStorage; } catch { return; } // storage is forbidden: no drafts, the form works
  for (const name of Object.keys(store).filter((name) => name.startsWith("clc-draft:"))) {
    try { if (Date.now() - JSON.parse(store[name]).at > DAY) store.removeItem(name); } catch { store.removeItem(name); }
  }
  const found = store.getItem(key) ? JSON.parse(store.getItem(key)) : null;
  // Sent back with a refusal: the page holds what was typed, and the draft goes on from there.
  const refused = document.querySelector("main [role=alert]") !== null;
  const before = refused && found ? found.fields : {};

  let waiting = 0;
  const keep = function () {
    window.clearTimeout(waiting);
    waiting = 0;
    const now = {...before, ...changed()};
    try {
      if (Object.keys(now).length) store.setItem(key, JSON.stringify({at: Date.now(), fields: now}));
      else store.removeItem(key);
    } catch { /* the store is full: typing goes on */ }
  };
  const later = () => { window.clearTimeout(waiting); waiting = window.setTimeout(keep, 300); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  window.addEventListener("pagehide", () => { if (waiting) keep(); });
  form.addEventListener("submit", () => { keep(); sessionStorage.setItem("clc-sent", key); });

  const restore = function () {
    for (const field of fields()) {
      const values = found.fields[field.name];
      if (!values) continue;
      if (isBox(field)) field.checked = values.includes(field.value);
      else if (field.options) [...field.options].forEach((option) => { option.selected = values.includes(option.value); });
      else field.value = values[0] || "";
      const folded = field.closest("details");
      if (folded) folded.open = true;
      field.dispatchEvent(new Event("input", {bubbles: true}));
      field.dispatchEvent(new Event("change", {bubbles: true}));
    }
  };

  if (!found || refused) return;
  const differs = fields().some((field) => found.fields[field.name]
    && String(found.fields[field.name]) !== String(valuesOf(field.name)));
  if (!differs) return;
  const offer = document.createElement("div"), words = document.createElement("p"), row = document.createElement("p");
  const yes = document.createElement("button"), no = document.createElement("button");
  const at = new Date(found.at).toLocaleTimeString("vi-VN", {hour: "2-digit", minute: "2-digit"});
  offer.className = "notice info";
  offer.setAttribute("role", "status");
  words.textContent = vi ? `Khôi phục phần đang nhập dở lúc ${at}?` : `Restore what you were writing at ${at}?`;
  row.className = "actions";
  yes.type = no.type = "button";
  yes.className = no.className = "btn";
  yes.textContent = vi ? "Khôi phục" : "Restore";
  no.textContent = vi ? "Bỏ đi" : "Discard";
  row.append(yes, no);
  offer.append(words, row);
  form.prepend(offer);
  yes.addEventListener("click", function () {
    restore();
    row.remove();
    words.textContent = vi ? "Đã khôi phục." : "Restored.";
    if (form.querySelector("[name=personal_id], [name=phone]"))
      words.textContent += vi ? " Số định danh, số điện thoại không được giữ trong máy: hãy nhập lại nếu cần."
        : " Identity and telephone numbers are not kept on this computer: enter them again if needed.";
    const first = fields().find((field) => found.fields[field.name]);
    if (first) first.focus();
  });
  no.addEventListener("click", function () {
    store.removeItem(key);
    offer.remove();
    const first = fields()[0];
    if (first) first.focus();
  });
})();
