// A click anywhere on a row opens it, as the link in its first column does. The box in a table's head ticks every row.
"use strict";
(function () {
  document.querySelectorAll(".list tbody a.row").forEach(function (link) {
    link.closest("tr").setAttribute("data-opens", "");
  });
  document.addEventListener("click", function (event) {
    const row = event.target.closest("tr[data-opens]");
    if (!row || event.target.closest("a, button, input, select, label, summary, details, .tick")) { return; }
    if (String(window.getSelection())) { return; } // somebody is copying a name or a number
    const link = row.querySelector("a.row");
    if (event.ctrlKey || event.metaKey) { window.open(link.href, "_blank", "noopener"); } else { link.click(); }
  });

  const all = document.querySelector("[data-check-all]");
  const boxes = Array.from(document.querySelectorAll("[data-check]"));
  if (!all || !boxes.length) { return; }
  function count() {
    const ticked = boxes.filter(function (box) { return box.checked; }).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  all.hidden = false;
  all.addEventListener("change", function () {
    boxes.forEach(function (box) { box.checked = all.checked; });
    count();
  });
  boxes.forEach(function (box) { box.addEventListener("change", count); });
  window.addEventListener("pageshow", count);
}());
