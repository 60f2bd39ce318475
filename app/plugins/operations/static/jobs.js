// Follows one's own jobs while they go on: the bar and the words; the page is read again when one has ended.
"use strict";
(function () {
  const rows = Array.from(document.querySelectorAll("[data-job]"));
  if (!rows.length) { return; }
  const headers = { Accept: "application/json" };
  headers[document.currentScript.dataset.quiet] = "1"; // asking by itself is no use of the session
  const often = 1500;

  function show(row, job) {
    row.querySelector("[data-state]").textContent = job.state;
    row.querySelector("[data-share]").setAttribute("width", (job.share || 0) + "%");
    if (job.said) { row.querySelector("[data-said]").textContent = job.said; }
    return job.open;
  }

  function ask(row) {
    return fetch(row.dataset.job, { headers: headers, credentials: "same-origin" }).then(function (answer) {
      if (answer.redirected || answer.status === 401) { throw new Error("signed out"); }
      return answer.ok ? answer.json() : null; // the server may be starting again: ask once more later
    }).then(function (job) { return job ? show(row, job) : true; });
  }

  function busy() { return document.querySelector("details.confirm[open]"); }

  function look() {
    if (document.hidden) { return later(); }
    Promise.all(rows.map(ask)).then(function (open) {
      if (open.every(Boolean) || busy()) { later(); } else { window.location.reload(); }
    }, function (error) {
      if (error.message !== "signed out") { later(); }
    });
  }

  function later() { window.setTimeout(look, often); }
  window.setTimeout(look, 300);
}());
