// Pop-ups opened by <details>: one at a time, closed by Escape or a tap elsewhere. The error summary takes the focus.
"use strict";
(function () {
  function close(except) {
    document.querySelectorAll("details.pop[open]").forEach(function (pop) {
      if (pop !== except) { pop.open = false; }
    });
  }
  document.addEventListener("click", function (event) { close(event.target.closest("details.pop")); });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    const pop = document.activeElement && document.activeElement.closest("details.pop[open]");
    close(null);
    if (pop) { pop.querySelector("summary").focus(); }
  });
  // A pop-up that would leave the screen on the right is moved back onto it.
  document.addEventListener("toggle", function (event) {
    const panel = event.target.matches("details.pop[open]") && event.target.querySelector(".panel");
    if (!panel) { return; }
    panel.style.left = "0px";
    const over = panel.getBoundingClientRect().right - document.documentElement.clientWidth + 8;
    if (over > 0) { panel.style.left = -over + "px"; }
  }, true);
  const errors = document.querySelector("[data-focus]");
  if (errors) { errors.focus(); }
}());
