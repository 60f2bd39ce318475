// Adds and removes rows of websites without asking the server; without this script the same buttons ask it.
"use strict";
(function () {
  const rows = document.querySelector("[data-rows]");
  const template = document.getElementById("site-row");
  const add = document.querySelector("[data-add]");
  if (!rows || !template || !add) { return; }

  function renumber() {
    rows.querySelectorAll("[data-row]").forEach(function (row, place) {
      row.querySelector("[data-number]").textContent = String(place + 1);
      row.querySelectorAll("[id], [for], [name], [value], [aria-describedby], [data-told]").forEach(function (part) {
        ["id", "for", "name", "aria-describedby", "data-told"].forEach(function (name) {
          if (part.hasAttribute(name)) {
            part.setAttribute(name, part.getAttribute(name).replace(/sites-\d+-/g, "sites-" + place + "-"));
          }
        });
      });
      row.querySelector("[data-remove]").value = "remove-" + place;
    });
  }
  function changed() { add.dispatchEvent(new Event("input", { bubbles: true })); }

  add.addEventListener("click", function (event) {
    event.preventDefault();
    rows.appendChild(template.content.cloneNode(true));
    renumber();
    changed();
    rows.lastElementChild.querySelector("input").focus();
  });
  rows.addEventListener("click", function (event) {
    const button = event.target.closest("[data-remove]");
    if (!button) { return; }
    event.preventDefault();
    const row = button.closest("[data-row]");
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    renumber();
    changed();
    (near ? near.querySelector("input") : add).focus();
  });
}());
