// While a website's name is typed: what is wrong with it. Without this script the same is said when the form is sent.
"use strict";
(function () {
  document.querySelectorAll("[data-naming]").forEach(function (box) {
    const input = document.getElementById("f-" + box.dataset.naming);
    const said = box.querySelector(".said");
    if (!input || !said) { return; }
    let asked = 0;
    let timer = 0;
    function show(text, tone) {
      said.textContent = text;
      said.className = "said " + tone;
    }
    function ask() {
      const turn = ++asked;
      if (!input.value.trim()) { show("", ""); return; }
      const url = new URL(box.dataset.url, window.location.href);
      url.searchParams.set("facts", box.dataset.facts);
      url.searchParams.set("name", input.value);
      fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
        .then(function (found) {
          if (turn !== asked) { return; }
          if (found.findings.length) {
            show(found.findings.map(function (one) { return one.text + (one.source ? "（" + one.source + "）" : ""); }).join(" "), "bad");
          } else {
            show(box.dataset.good, "good");
          }
        })
        .catch(function () { if (turn === asked) { show(box.dataset.failed, ""); } });
    }
    input.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 300); });
    if (input.value.trim()) { ask(); }
  });
}());
