// The box in a table's head ticks every row of the page.
"use strict";
(function () {
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
