// Small comforts on top of pages that work without any script.
(function () {
  "use strict";
  const isTyping = (node) => node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

  // "/" goes to the search box.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const box = document.querySelector("[data-search]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  // htmx sends the CSRF token of the page.
  document.addEventListener("htmx:configRequest", function (event) {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (field) event.detail.headers["X-CSRFToken"] = field.value;
  });

  // What cannot be undone is asked about first.
  let asked = null;
  document.addEventListener("submit", function (event) {
    const form = event.target, button = event.submitter;
    const words = (button && button.dataset.confirm) || form.dataset.confirm;
    if (!words || asked === form) return;
    event.preventDefault();
    const dialog = document.createElement("dialog");
    const text = document.createElement("p"), row = document.createElement("div");
    const yes = document.createElement("button"), no = document.createElement("button");
    const vi = document.documentElement.lang === "vi";
    text.textContent = words; row.className = "actions";
    yes.className = "btn main"; yes.textContent = vi ? "Đồng ý" : "Yes";
    no.className = "btn"; no.textContent = vi ? "Thôi" : "Cancel";
    row.append(no, yes); dialog.append(text, row); document.body.append(dialog);
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => { asked = form; dialog.close(); form.requestSubmit(button || undefined); asked = null; });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  });

  // A second click sends nothing twice.
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.method === "get") return;
    const buttons = event.target.querySelectorAll("button:not([type=button])");
    window.setTimeout(() => buttons.forEach((button) => { button.disabled = true; }), 0);
    changed = false;
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form button[disabled]").forEach((b) => { b.disabled = false; }));

  // A half-filled form is not left by accident.
  let changed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("[data-guard]")) changed = true; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
    document.querySelectorAll("details.who[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  // A filter that says so sends its form as soon as it is changed.
  document.addEventListener("change", (event) => { const f = event.target.closest("form[data-auto]"); if (f) f.requestSubmit(); });
})();
