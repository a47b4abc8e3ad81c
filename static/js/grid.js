// The whole-class grid by keyboard: arrows and Enter move, a letter replaces what stands there, Ctrl+Enter saves.
// Writing into a column ticks it. Without script Tab moves and the same form saves.
(function () {
  "use strict";
  const form = document.getElementById("grid");
  if (!form) return;
  const cells = [...form.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.querySelector("input")));
  const place = function (input) {
    const row = input.closest("tr");
    return [row.sectionRowIndex, [...row.children].indexOf(input.closest("td"))];
  };
  const go = function (input, down, right) {
    let [row, column] = place(input);
    for (row += down, column += right; cells[row] && column in cells[row]; row += down, column += right) {
      const next = cells[row][column];
      if (next) { next.focus(); next.select(); return; }
    }
  };
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };

  form.addEventListener("keydown", function (event) {
    if (!event.target.matches("tbody input") || event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.key === "Enter") { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    go(event.target, ...MOVES[event.key]);
  });
  form.addEventListener("focusin", (event) => { if (event.target.matches("tbody input")) event.target.select(); });
  form.addEventListener("input", function (event) {
    if (!event.target.matches("tbody input")) return;
    event.target.value = event.target.value.trim().toLowerCase();
    const session = event.target.name.split("-")[1], held = form.elements[`held-${session}`];
    if (held && event.target.value && !held.checked) { held.checked = true; held.dispatchEvent(new Event("input", { bubbles: true })); }
    event.target.setCustomValidity(/^[cxvp]?$/.test(event.target.value) ? "" : form.querySelector("#legend").textContent);
  });
})();
