// Warn before typed text is lost (data-unsaved); send a form once (data-once).
"use strict";
(function () {
  const dirty = new Set();
  document.addEventListener("input", function (event) {
    const form = event.target.form;
    if (form && form.hasAttribute("data-unsaved")) { dirty.add(form); }
  });
  window.addEventListener("beforeunload", function (event) {
    if (Array.from(dirty).some(function (form) { return form.isConnected; })) { event.preventDefault(); }
  });
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.hasAttribute("data-once")) {
      if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
      form.setAttribute("aria-busy", "true");
      if (event.submitter) { event.submitter.setAttribute("aria-busy", "true"); }
    }
    dirty.delete(form);
  });
  // Back from the browser's memory: the form may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[aria-busy=true]").forEach(function (busy) { busy.removeAttribute("aria-busy"); });
  });
}());
