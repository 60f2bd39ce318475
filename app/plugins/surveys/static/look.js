// Asks the server about what is typed as soon as a field is left, and says beside the field what it answers.
// Without this script the button 检查 asks the same.
"use strict";
(function () {
  const form = document.querySelector("form[data-look]");
  if (!form) { return; }
  let asked = 0;

  function about(name) {
    const own = form.querySelector('[data-told="' + name + '"]');
    if (own) { return own; }
    const input = form.querySelector('[name="' + name + '"]');
    const field = input && input.closest(".field");
    if (!field) { return null; }
    const made = document.createElement("div");
    made.className = "told";
    made.dataset.told = name;
    made.id = "f-" + name + "-told";
    field.after(made);
    return made;
  }
  function line(text, kind) {
    const made = document.createElement("span");
    if (kind) { made.className = kind; }
    made.textContent = text;
    return made;
  }
  function say(name, answer) {
    const place = about(name);
    if (!place) { return; }
    const input = form.querySelector('[name="' + name + '"]');
    const field = input && input.closest(".field");
    const said = [];
    if (answer.errors[name]) { said.push(line(answer.errors[name], "wrong")); }
    if (answer.warnings[name]) { said.push(line(answer.warnings[name], "warned")); }
    if (answer.notes[name]) { said.push(line(answer.notes[name])); }
    place.setAttribute("aria-live", "polite");
    if (place.textContent !== said.map(function (one) { return one.textContent; }).join("")) {
      place.replaceChildren.apply(place, said);
    }
    if (!field || !input) { return; }
    const old = field.querySelector(".err");
    if (old) { old.remove(); }
    field.classList.toggle("bad", Boolean(answer.errors[name]));
    if (answer.errors[name]) { input.setAttribute("aria-invalid", "true"); } else { input.removeAttribute("aria-invalid"); }
    const hint = field.querySelector(".hint");
    input.setAttribute("aria-describedby", (hint ? hint.id + " " : "") + place.id);
  }
  form.addEventListener("change", function (event) {
    if (event.target.type === "file") { return; }
    const typed = new FormData(form);
    typed.delete("scan");
    typed.delete("once");
    const number = ++asked;
    fetch(form.dataset.look, { method: "POST", body: typed, headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : null; })
      .then(function (answer) {
        if (!answer || number !== asked) { return; }
        form.querySelectorAll("input[type=text], input:not([type])").forEach(function (input) {
          if (input.value.trim() || input === event.target) { say(input.name, answer); }
        });
      })
      .catch(function () { /* no network: the button asks again */ });
  });
}());
