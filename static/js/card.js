// The identity card into a form: from a USB scanner that types, from the clipboard, from the camera (docs/adr/0015).
// The payload is sent to our own server to be read and dropped; a picture never leaves this page.
(function () {
  "use strict";
  const root = document.querySelector("[data-card]");
  if (!root) return;
  const find = (name) => root.querySelector(`[data-card-${name}]`);
  const form = document.getElementById(root.dataset.form);
  const said = find("said"), box = find("text"), view = find("view"), video = view.querySelector("video");
  const word = (name) => find("words").content.querySelector(`[data-word=${name}]`).textContent;

  function say(...lines) {  // pairs of tone and text
    said.replaceChildren(...lines.map(([tone, text]) => {
      const line = document.createElement("p");
      line.className = `notice ${tone}`;
      line.textContent = text;
      return line;
    }));
  }

  // What an earlier card filled is emptied when the next one does not say it: no address of somebody else stays.
  const filled = new Map();
  function put(name, value) {
    const input = form.elements[name];
    if (!input || input.value === value) return;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  let turn = 0;
  async function read(text) {
    const mine = ++turn;
    box.value = "";
    say(["info", word("reading")]);
    const body = new FormData();
    body.append("card_text", text);
    text = "";
    let answer;
    try {
      const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
      const response = await fetch(root.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token }, cache: "no-store" });
      const json = (response.headers.get("Content-Type") || "").startsWith("application/json");
      if (mine !== turn) return;
      if (!response.ok || !json) return say(["bad", word("refused")]);
      answer = await response.json();
    } catch { if (mine === turn) say(["bad", word("offline")]); return; }
    if (mine !== turn) return;  // a second card was scanned meanwhile
    const names = Object.keys(answer.fields);
    if (names.length) {
      for (const [name, value] of filled) if (!(name in answer.fields) && form.elements[name].value === value) put(name, "");
      filled.clear();
      for (const name of names) if (form.elements[name]) { put(name, answer.fields[name]); filled.set(name, answer.fields[name]); }
    }
    say(...(names.length ? [["ok", word("filled")]] : []), ...answer.problems.map((line) => ["bad", line]), ...answer.warnings.map((line) => ["", line]));
  }

  // ---- paste: into the box, or a card's payload into any field by mistake
  const looksLikeCard = (text) => (text.match(/\|/g) || []).length >= 5;
  const button = find("read");
  button.type = "button";  // Enter in the form saves again
  box.removeAttribute("name");  // and what stands in the box is not sent with the form
  button.addEventListener("click", () => read(box.value));
  document.addEventListener("paste", function (event) {
    const text = event.clipboardData ? event.clipboardData.getData("text") : "";
    if (!(event.target === box && text.trim()) && !looksLikeCard(text)) return;
    event.preventDefault();
    read(text);
  }, true);

  // ---- a scanner types: twelve digits and a pipe faster than any hand, into whatever has the focus
  // By the pace of the whole number, not of each key: a busy old computer stalls now and then.
  const FAST = 60, APART = 300, QUIET = 700;
  let run = [], typed = "", catching = false, before = null, timer = 0, done = -QUIET;
  const isText = (node) => node && (node.tagName === "TEXTAREA" || (node.tagName === "INPUT" && !/^(checkbox|radio|button|submit|file|range|color)$/.test(node.type)));

  // Each key with the state of its field before it, so that the field can be put back to where the scanner began.
  function hear(event, letters, node) {
    if (catching) typed += letters; else begin(event.timeStamp, letters, node);
    if (!catching) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    clearTimeout(timer);
    timer = setTimeout(finish, QUIET);
  }
  function begin(now, letters, node) {
    if (run.length && now - run[run.length - 1].now > APART) run = [];
    const text = isText(node);
    run = run.slice(-20);
    run.push({ now, letters, node, value: node && node.value, from: text ? node.selectionStart : null, to: text ? node.selectionEnd : null });
    const number = /\d{9,12}\s?\|$/.exec(run.map((key) => key.letters).join(""));
    if (!number) return;
    let start = 0;
    for (let at = run[0].letters.length; at <= number.index; at += run[start].letters.length) start += 1;
    if (now - run[start].now > FAST * number[0].length) return;
    typed = number[0]; before = run[start]; run = []; catching = true;
    if (before.node && before.node.value !== before.value) restore();
  }
  function restore() {
    before.node.value = before.value;
    if (before.from !== null && before.node.setSelectionRange) before.node.setSelectionRange(before.from, before.to);
    before.node.dispatchEvent(new Event("input", { bubbles: true }));
    before.node.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function finish() {
    const text = typed;
    clearTimeout(timer);
    typed = ""; catching = false; done = performance.now();
    read(text);
  }
  document.addEventListener("beforeinput", function (event) {
    if (event.data && isText(event.target)) hear(event, event.data, event.target);
    else if (catching) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  document.addEventListener("keydown", function (event) {
    if ((event.key === "Enter" || event.key === "Tab") && (catching || performance.now() - done < QUIET)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      // A line's end inside a payload pulled twice: the rest still comes.
      if (catching) { typed += "\n"; clearTimeout(timer); timer = setTimeout(finish, FAST * 2); }
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !isText(event.target)) {
      hear(event, event.key, event.target.tagName === "SELECT" ? event.target : null);
    } else if (catching && !isText(event.target)) event.preventDefault();
  }, true);
  document.addEventListener("keyup", function (event) {  // Space presses a button when it is let go
    if ((catching || performance.now() - done < QUIET) && !isText(event.target)) event.preventDefault();
  }, true);

  // ---- the camera
  const EACH = 120, HINT = 12000, END = 120000;
  let stream = null, round = 0;
  find("camera").hidden = false;
  find("open").addEventListener("click", open);
  find("close").addEventListener("click", () => { close(); say(); find("open").focus(); });
  window.addEventListener("pagehide", close);
  document.addEventListener("visibilitychange", () => { if (document.hidden) close(); });

  function close() {
    round += 1;
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    view.hidden = true;
    find("open").disabled = false;
  }

  // Answers with a function from video to text, "" when there is no QR in the picture.
  async function decoder() {
    const canvas = document.createElement("canvas"), paper = canvas.getContext("2d", { willReadFrequently: true });
    let ours = null;
    const vendored = async function () {
      ours = ours || (await import(root.dataset.decoder)).decodeQR;
      const scale = Math.min(1, 1920 / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      paper.drawImage(video, 0, 0, canvas.width, canvas.height);
      const picture = paper.getImageData(0, 0, canvas.width, canvas.height);
      canvas.width = canvas.height = 0;
      try { return ours(picture, { effort: 3, timeLimit: 80 }); } catch { return ""; }
    };
    const native = async function () {
      if (!("BarcodeDetector" in window)) return null;
      try {
        if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return null;
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        return async () => ((await detector.detect(video))[0] || { rawValue: "" }).rawValue;
      } catch { return null; }
    };
    let look = await native();
    if (!look) { ours = (await import(root.dataset.decoder)).decodeQR; return vendored; }
    return async function () {
      // Some browsers name a detector that then fails: ours takes over.
      try { return await look(); } catch { look = vendored; return vendored(); }
    };
  }

  async function open() {
    if (!navigator.mediaDevices) return say(["bad", word("insecure")]);
    find("open").disabled = true;
    const mine = ++round;
    let got;
    try {
      got = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } } });
    } catch (error) {
      find("open").disabled = false;
      const why = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing" };
      return say(["bad", word(why[error.name] || "busy")]);
    }
    if (mine !== round) return got.getTracks().forEach((track) => track.stop());
    stream = got;
    view.hidden = false;
    video.srcObject = stream;
    find("close").focus();
    say(["info", word("looking")]);
    let look;
    try { [look] = await Promise.all([decoder(), video.play()]); } catch {
      if (mine === round) { close(); say(["bad", word("decoder")]); }
      return;
    }
    const start = performance.now();
    let told = "looking";
    const tell = (name) => { if (told !== name) { told = name; say(["info", word(name)]); } };
    while (mine === round) {
      let text = "";
      try { text = video.videoWidth ? await look() : ""; } catch { /* the next picture may do */ }
      if (mine !== round) return;
      if (looksLikeCard(text)) { close(); find("open").focus(); return read(text); }
      const spent = performance.now() - start;
      if (spent > END) { close(); return say(["", word("ended")]); }
      if (text) tell("other"); else if (spent > HINT) tell("closer");
      await new Promise((resolve) => setTimeout(resolve, EACH));
    }
  }
})();
