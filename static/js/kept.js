// Attendance kept on this device and not sent yet (js/attendance.js) is announced where people come by; opening the
// session's page sends it.
// Checks of people (js/phone) that were not sent yet are announced the same way.
(function () {
  "use strict";
  const visits = document.querySelector("[data-visits]");
  let unsent = 0;
  try { unsent = visits ? Object.keys(window.localStorage).filter((name) => name.startsWith(`clc-phone-${visits.dataset.visits}-check-`)).length : 0; } catch (error) { /* no store: nothing is kept */ }
  if (unsent) {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = visits.dataset.page;
    link.textContent = visits.dataset.send;
    visits.append(`${visits.dataset.words} ${unsent}. `, link);
    visits.hidden = false;
  }
  const place = document.querySelector("[data-kept]");
  if (!place) return;
  const start = `clc-attendance-${place.dataset.kept}-`;
  let names = [];
  try { names = Object.keys(window.localStorage).filter((name) => name.startsWith(start)); } catch (error) { return; }
  for (const name of names) {
    const session = name.slice(start.length);
    let kept = null;
    try { kept = JSON.parse(window.localStorage.getItem(name)); } catch (error) { /* damaged: not ours to drop */ }
    if (!kept || !/^\d+$/.test(session)) continue;
    const line = document.createElement("p"), link = document.createElement("a");
    line.className = "notice warn";
    line.append(`${place.dataset.words} ${kept.label || ""} `);
    link.className = "btn";
    link.href = place.dataset.page.replace("/0/", `/${session}/`);
    link.textContent = kept.wanted ? place.dataset.send : place.dataset.look;
    line.append(link);
    place.append(line);
  }
})();
