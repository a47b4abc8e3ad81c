// Attendance that survives a lost network, a reload and a sign-in that ran out.
// What is ticked stays on this device (enrolment numbers and marks only) until the server has it. Each sending has a
// name of its own, so that sending twice does no harm. docs/adr/0022.
(function () {
  "use strict";
  const form = document.querySelector("form[data-attendance]");
  if (!form || !window.fetch) return;
  const store = (function () {
    try { const s = window.localStorage; s.setItem("clc-try", "1"); s.removeItem("clc-try"); return s; } catch (error) { return null; }
  })();
  if (!store) return; // private window: the form works as ever and warns before it is left
  const key = "clc-attendance-" + form.dataset.attendance;
  const line = form.querySelector("[data-state]");
  const version = form.elements.version, nonce = form.elements.nonce;
  const radios = [...form.querySelectorAll("input[type=radio]")];
  const WAITS = [2, 5, 15, 30, 60];
  let tries = 0, timer = 0, sending = false;

  const newName = () => (window.crypto.randomUUID ? window.crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(
    /[018]/g, (c) => (c ^ (window.crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16)));
  const marks = () => Object.fromEntries(radios.filter((radio) => radio.checked).map((radio) => [radio.name, radio.value]));
  const read = () => { try { return JSON.parse(store.getItem(key)); } catch (error) { return null; } };
  const clock = (at) => new Date(at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });

  function keep(changes) {
    const kept = Object.assign({ version: version.value, nonce: nonce.value, after: "", wanted: false, label: form.dataset.label }, read(), { marks: marks(), at: Date.now() }, changes);
    try { store.setItem(key, JSON.stringify(kept)); } catch (error) { return null; }
    return kept;
  }

  function say(words, tone, link) {
    line.textContent = words;
    line.className = "keeping" + (tone ? " " + tone : "");
    if (link) {
      const a = document.createElement("a");
      a.href = link; a.className = "btn"; a.textContent = line.dataset.signIn;
      line.append(" ", a);
    }
  }

  // A slip is taken back by the same button as elsewhere; the page that comes then shows the marks of before.
  function offerUndo(address) {
    if (!address) return;
    const button = document.createElement("button");
    button.type = "submit"; button.className = "btn"; button.textContent = line.dataset.undo;
    button.formAction = address; button.dataset.undo = "";
    line.append(" ", button);
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, WAITS[Math.min(tries, WAITS.length - 1)] * 1000);
    tries += 1;
  }

  async function send() {
    const kept = read();
    if (sending || !kept || !kept.wanted) return;
    window.clearTimeout(timer);
    sending = true;
    say(line.dataset.sending, "");
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("version", kept.version); body.set("nonce", kept.nonce); body.set("after", kept.after);
    Object.entries(kept.marks).forEach(([name, value]) => body.set(name, value));
    let answer;
    try {
      answer = await fetch(form.action || window.location.href, {
        method: "POST", body: body, headers: { Accept: "application/json" }, redirect: "manual", credentials: "same-origin",
      });
    } catch (error) {
      sending = false;
      say(line.dataset.waiting, "warn");
      return later();
    }
    sending = false;
    if (answer.type === "opaqueredirect" || (answer.status === 403 && !(answer.headers.get("Content-Type") || "").includes("json"))) {
      // Signed out, or signed in anew elsewhere: signing in brings a fresh page, which sends what is kept.
      return say(line.dataset.signedOut, "warn", "/accounts/sign-in/?next=" + encodeURIComponent(window.location.pathname));
    }
    if (answer.status >= 500) { say(line.dataset.waiting, "warn"); return later(); }
    let told = {};
    try { told = await answer.json(); } catch (error) { /* no words of ours */ }
    if (answer.ok) {
      tries = 0;
      const now = read();
      version.value = told.version;
      nonce.value = newName();
      if (now && now.nonce !== kept.nonce) { // ticked while this was on its way
        if (now.wanted) return send(); // and confirmed: that is the word of now
        return say(told.detail + " " + line.dataset.kept, "");
      }
      store.removeItem(key);
      say(told.detail, "ok");
      return offerUndo(told.undo);
    }
    if (told.code === "attendance_conflict") {
      const now = read();
      if (now && now.nonce !== kept.nonce && now.wanted) return send(); // confirmed meanwhile: those ticks are asked about
      // The page of the server shows both side by side; what is chosen there is a new sending. What is kept here goes
      // only when that page has come. Ticked meanwhile: shown again as they were sent, for nobody has confirmed the rest.
      version.value = kept.version; nonce.value = kept.nonce;
      radios.forEach((radio) => { if (radio.name in kept.marks) radio.checked = kept.marks[radio.name] === radio.value; });
      return form.submit();
    }
    keep({ wanted: false });
    say(told.detail || line.dataset.refused, "bad");
  }

  function ticked() {
    const before = read();
    // A sending that is under way, or whose answer was lost, keeps its name; what is ticked now is another one after it.
    if (before && before.wanted) { nonce.value = newName(); keep({ nonce: nonce.value, after: before.nonce, wanted: false }); } else keep({});
    say(line.dataset.kept, "");
  }

  // What was ticked before a reload or a sign-in comes back; the version it was ticked on stays with it.
  let kept = read();
  // Sent by the form itself before this script had come, and saved: what is kept is what the page shows.
  const shown = (kept) => !kept.wanted && !document.querySelector("main [role=alert]")
    && radios.every((radio) => !(radio.name in kept.marks) || (kept.marks[radio.name] === radio.value) === radio.defaultChecked);
  if (kept && (form.hasAttribute("data-differs") || shown(kept))) { store.removeItem(key); kept = null; }
  if (kept) {
    radios.forEach((radio) => { if (radio.name in kept.marks) radio.checked = kept.marks[radio.name] === radio.value; });
    say(line.dataset.kept + " (" + clock(kept.at) + ")", "");
  } else if (radios.some((radio) => radio.checked !== radio.defaultChecked)) ticked(); // before this script had come
  form.removeAttribute("data-guard"); // nothing is lost by leaving any more
  form.addEventListener("change", ticked);
  form.addEventListener("submit", function (event) {
    if (event.submitter && "undo" in event.submitter.dataset) { store.removeItem(key); return; }
    event.preventDefault();
    keep({ wanted: true });
    tries = 0;
    if (sending) say(line.dataset.sending, ""); // this one follows the one on its way
    send();
  });
  window.addEventListener("online", () => { tries = 0; send(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  if (kept && kept.wanted) send();
})();
