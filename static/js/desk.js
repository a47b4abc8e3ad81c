// The enrolment desk with script: people appear while one types, arrow keys and Enter choose, Enter enrols.
// Without it the same forms bring whole pages.
(function () {
  "use strict";
  const desk = document.getElementById("desk"), box = document.getElementById("q");
  if (!desk || !window.htmx) return;
  const found = document.getElementById("desk-found"), chosen = document.getElementById("desk-chosen");
  const outcome = document.getElementById("desk-outcome"), find = document.getElementById("desk-find");
  let active = null; // the option that Enter takes
  let wanted = false; // Enter came before the answer: take the first as soon as it is there
  let asked = null; // what the search on its way is about
  let chose = ""; // what stood in the box when somebody was chosen

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  expand(false);

  function expand(yes) {
    box.setAttribute("aria-expanded", String(yes));
    if (yes) box.setAttribute("aria-controls", "desk-list"); else box.removeAttribute("aria-controls");
  }

  const options = () => [...found.querySelectorAll("[role=option]")];
  const shown = () => { const list = found.querySelector("[data-q]"); return list ? list.dataset.q : ""; };

  function mark(option) {
    for (const row of options()) row.setAttribute("aria-selected", String(row === option));
    active = option || null;
    if (active) { box.setAttribute("aria-activedescendant", active.id); active.scrollIntoView({ block: "nearest" }); }
    else box.removeAttribute("aria-activedescendant");
  }

  function close() {
    found.replaceChildren();
    found.hidden = false;
    expand(false);
    mark(null);
    wanted = false;
  }

  function back() {
    chosen.replaceChildren();
    found.hidden = false;
    expand(options().length > 0);
    box.focus();
    box.select();
  }

  function take(option) {
    wanted = false;
    if (!option) return;
    if (option.dataset.learner) {
      chose = box.value;
      const values = { do: "choose", learner: option.dataset.learner, q: box.value };
      window.htmx.ajax("POST", desk.dataset.url, { target: chosen, swap: "innerHTML", values: values });
      return;
    }
    const name = document.getElementById("id_full_name"), birth = document.getElementById("id_birth");
    if (option.dataset.name) name.value = option.dataset.name;
    close();
    chosen.replaceChildren();
    (name.value ? birth : name).focus();
    name.closest("section").scrollIntoView({ block: "start" });
  }

  box.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!rows.length) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(rows[(rows.indexOf(active) + step + rows.length) % rows.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (event.repeat || !box.value.trim()) return;
      if (shown() === box.value) { take(active || rows[0]); return; }
      if (!wanted) { wanted = true; window.htmx.trigger(find, "desk:find"); }
    } else if (event.key === "Escape" && (rows.length || chosen.childElementCount)) {
      event.preventDefault();
      close();
      chosen.replaceChildren();
    }
  });
  box.addEventListener("input", function () {
    wanted = false;
    chosen.replaceChildren();
    found.hidden = false;
    outcome.replaceChildren();
  });
  found.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
  chosen.addEventListener("click", function (event) {
    if (event.target.closest("[data-desk-back]")) { event.preventDefault(); back(); }
  });
  chosen.addEventListener("keydown", (event) => { if (event.key === "Escape") back(); });

  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target === chosen) { found.hidden = true; expand(false); } // one person is meant now
    if (event.detail.target !== found) return;
    if (!box.value) { close(); return; } // an answer that came after the box was emptied
    const rows = options();
    expand(rows.length > 0);
    mark(rows[0]);
    if (wanted && shown() === box.value) take(rows[0]);
  });

  // Enter and the pause in typing ask the same thing once.
  document.addEventListener("htmx:confirm", function (event) {
    if (event.target === find && asked === box.value) event.preventDefault();
  });
  find.addEventListener("htmx:beforeRequest", () => { asked = box.value; });
  find.addEventListener("htmx:afterRequest", () => { asked = null; });

  // Refusals bring parts of the page too; a page of its own (signing in again) must not land inside this one.
  const say = (words) => {
    const line = document.createElement("p");
    line.className = "notice bad";
    line.textContent = words;
    outcome.replaceChildren(line);
    wanted = false;
  };
  document.addEventListener("htmx:beforeSwap", function (event) {
    // Somebody chosen a moment ago, while the next name is being typed already: the focus must not jump to their button.
    if (event.detail.target === chosen && box.value !== chose) { event.detail.shouldSwap = false; return; }
    const request = event.detail.xhr, here = new URL(desk.dataset.url, window.location.href).href;
    const strange = request.responseURL && request.responseURL !== here;
    if (strange || request.status === 403) { event.detail.shouldSwap = false; say(desk.dataset.signedOut); return; }
    const whole = /^\s*<!doctype/i.test(request.responseText);
    if (whole) { event.detail.shouldSwap = false; window.location.reload(); return; } // the class has ended meanwhile
    if (request.status === 409 || request.status === 422) event.detail.shouldSwap = true;
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, () => say(desk.dataset.offline));

  document.addEventListener("desk:focus", function (event) {
    const place = document.querySelector(event.detail.to);
    if (place) place.focus();
  });
  document.addEventListener("desk:done", function () {
    const form = document.getElementById("desk-new-form");
    if (!document.getElementById("id_full_name").value) { // saved and emptied: its draft (draft.js) has done its duty
      localStorage.removeItem(`clc-draft:${form.dataset.draft}:${window.location.pathname}`);
      sessionStorage.removeItem("clc-sent");
      for (const offer of form.querySelectorAll(":scope > .notice")) offer.remove();
    }
    close();
    box.value = "";
    box.focus();
  });

  // What was found before the script came is shown its way.
  if (box.value && !chosen.childElementCount) window.htmx.trigger(find, "desk:find");
})();
