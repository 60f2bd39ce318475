// The queue by keyboard: j and k move, Enter opens, x ticks, c claims, ? points to the line that says so.
"use strict";
(function () {
  const rows = Array.from(document.querySelectorAll("tr[data-line]"));
  const form = document.querySelector("[data-work]");
  const keys = document.getElementById("keys");
  let at = -1;
  function box(row) { return row ? row.querySelector("[data-check]") : null; }
  function go(to) {
    if (!rows.length) { return; }
    if (rows[at]) { rows[at].classList.remove("here"); }
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("here");
    rows[at].scrollIntoView({ block: "nearest" });
    rows[at].querySelector("a.row").focus({ preventScroll: true });
  }
  function tick(on) {
    const one = box(rows[at]);
    if (!one) { return false; }
    one.checked = on === undefined ? !one.checked : on;
    one.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  function help() {
    if (!keys) { return; }
    keys.classList.toggle("shown");
    keys.setAttribute("tabindex", "-1");
    keys.scrollIntoView({ block: "nearest" });
    keys.focus({ preventScroll: true });
  }
  function claim() {
    if (!form || !document.querySelector("[data-check]")) { return; }
    if (!document.querySelector("[data-check]:checked") && !tick(true)) { return; }
    const button = form.querySelector(".batch button.p");
    if (button) { button.click(); }
  }
  const deeds = {
    j: function () { go(at + 1); },
    k: function () { go(at - 1); },
    x: function () { tick(); },
    c: claim,
    "?": help,
    Enter: function () { if (rows[at]) { rows[at].querySelector("a.row").click(); } },
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    const target = event.target;
    if (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) { return; }
    if (event.key === "Enter" && target.closest("a, button, summary")) { return; }
    const deed = deeds[event.key];
    if (!deed) { return; }
    event.preventDefault();
    deed();
  });
}());
