// Look-up fields: what is typed is asked of the server, and what it finds is offered in the select. Without this script
// the button beside the box does the same by sending the form.
"use strict";
(function () {
  function offer(select, rows) {
    const kept = select.value;
    Array.from(select.options).forEach(function (option) {
      if (option.value && option.value !== kept) { option.remove(); }
    });
    rows.forEach(function (row) {
      if (String(row.id) !== kept) { select.add(new Option(row.text, row.id)); }
    });
  }

  function ready(box) {
    const select = box.querySelector("select");
    const term = box.querySelector("input[type=search]");
    const status = box.querySelector("[role=status]");
    let asked = 0;
    let timer = 0;
    function ask() {
      const turn = ++asked;
      const url = new URL(box.dataset.lookup, window.location.href);
      url.searchParams.set("term", term.value.trim());
      fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
        .then(function (found) {
          if (turn !== asked) { return; }
          offer(select, found.results);
          const count = found.results.length + (found.pagination.more ? "+" : "");
          status.textContent = found.results.length ? box.dataset.found.replace("{n}", count) : box.dataset.none;
        })
        .catch(function () { if (turn === asked) { status.textContent = box.dataset.failed; } });
    }
    term.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 300); });
    term.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); clearTimeout(timer); ask(); }
    });
    box.querySelector("button").addEventListener("click", function (event) { event.preventDefault(); ask(); });
  }

  document.querySelectorAll("[data-lookup]").forEach(function (box) { if (box.dataset.lookup) { ready(box); } });
}());
