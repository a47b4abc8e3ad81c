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

  // What cannot be undone is asked about first: before htmx or anybody else hears of the form.
  let asked = null;
  document.addEventListener("submit", function (event) {
    const form = event.target, button = event.submitter;
    const words = (button && button.dataset.confirm) || form.dataset.confirm;
    if (!words || asked === form) return;
    event.preventDefault();
    event.stopPropagation();
    const dialog = document.createElement("dialog");
    const text = document.createElement("p"), row = document.createElement("div");
    const yes = document.createElement("button"), no = document.createElement("button");
    const vi = document.documentElement.lang === "vi";
    text.textContent = words; text.id = "asked"; row.className = "actions";
    dialog.setAttribute("aria-labelledby", "asked");
    yes.className = button && button.classList.contains("danger") ? "btn main danger" : "btn main";
    yes.textContent = vi ? "Đồng ý" : "Yes";
    no.className = "btn"; no.textContent = vi ? "Thôi" : "Cancel";
    row.append(no, yes); dialog.append(text, row); document.body.append(dialog);
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => { asked = form; dialog.close(); form.requestSubmit(button || undefined); asked = null; });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }, true);

  // A second click sends nothing twice. A button is freed again when the page is shown anew, or after a while when
  // the answer was a file and the page stayed.
  const free = (buttons) => buttons.forEach((button) => { button.disabled = false; delete button.dataset.sent; });
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.method === "get") return;
    changed = false;
    const buttons = [...event.target.querySelectorAll("button:not([type=button], :disabled)")];
    window.setTimeout(() => buttons.forEach((button) => { button.disabled = true; button.dataset.sent = ""; }), 0);
    window.setTimeout(() => free(buttons), 20000);
  });
  window.addEventListener("pageshow", () => free(document.querySelectorAll("button[data-sent]")));

  // A half-filled form is not left by accident.
  let changed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("[data-guard]")) changed = true; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  // A draft (draft.js) goes once its form was saved, which is when a redirect led here from it; all go by signing out.
  const sent = sessionStorage.getItem("clc-sent"), came = performance.getEntriesByType("navigation")[0];
  sessionStorage.removeItem("clc-sent");
  if (sent && came && came.redirectCount && document.referrer && sent.split("#")[0].endsWith(":" + new URL(document.referrer).pathname))
    localStorage.removeItem(sent);
  document.addEventListener("submit", function (event) {
    if (event.target.matches("[data-leave]"))
      Object.keys(localStorage).filter((key) => /^clc-draft:|^clc-phone-\d+-(list|draft-)/.test(key)).forEach((key) => localStorage.removeItem(key));
  });
  // People taken along (js/phone) go after three days, also when nobody opens the page of the visit again.
  for (const key of Object.keys(localStorage).filter((name) => /^clc-phone-\d+-list$/.test(name)))
    try { if (Date.now() - JSON.parse(localStorage.getItem(key)).at > 3 * 86400000) localStorage.removeItem(key); } catch { localStorage.removeItem(key); }

  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

  // The menu closes by a click elsewhere and by Escape.
  const menu = document.querySelector("details.who");
  document.addEventListener("click", (event) => { if (menu && !menu.contains(event.target)) menu.open = false; });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !menu || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // On a phone the way in that is open must be in sight.
  const here = document.querySelector(".top nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 3;

  // A filter that says so sends its form as soon as it is changed.
  document.addEventListener("change", (event) => { const f = event.target.closest("form[data-auto]"); if (f) f.requestSubmit(); });
})();
