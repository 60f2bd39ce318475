// Warn before the sign-in ends, save drafts (forms marked data-draft), and stay on request.
"use strict";
(function () {
  const end = document.getElementById("session-end");
  const bar = document.getElementById("session-bar");
  if (!end || !bar) { return; }
  const said = document.getElementById("session-said");
  const note = document.getElementById("session-saved");
  const again = bar.querySelector("a");
  const button = bar.querySelector("button");
  // Where a session is short, the warning comes at half time.
  const warn = Math.min(Number(end.dataset.warn), Number(end.dataset.idle) / 2) * 60;
  const quiet = {};
  quiet[end.dataset.quiet] = "1";
  quiet.Accept = "application/json";
  let ends = 0;
  let last = 0;
  let asked = false;
  let timer = 0;

  function now() { return Date.now() / 1000; }

  function set(seconds, most) {
    ends = now() + seconds;
    last = now() + most;
    asked = false;
    bar.hidden = true;
    note.hidden = true;
    plan();
  }

  function plan() {
    window.clearTimeout(timer);
    const left = ends - now();
    const wait = left > warn ? left - warn : Math.min(Math.max(left, 1), 20);
    timer = window.setTimeout(look, Math.min(wait, 3600) * 1000);
  }

  function look() {
    const left = ends - now();
    if (left > warn) { plan(); return; }
    if (left <= 0) { ask().then(function (alive) { if (!alive) { over(); } }); return; }
    if (asked) { show(left); plan(); return; }
    asked = true;
    // Another page may have kept the session: the server knows.
    ask().then(function (alive) {
      if (alive) { return; }
      save();
      show(ends - now());
      plan();
    });
  }

  // True when the session lasts longer than this page thought.
  function ask() {
    return fetch(bar.action, { headers: quiet, credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.json() : { seconds: 0, last: 0 };
    }).then(function (told) {
      if (told.seconds > warn) { set(told.seconds, told.last); return true; }
      ends = now() + told.seconds;
      return false;
    }).catch(function () { return false; });
  }

  function show(left) {
    const text = ends >= last - 1 ? said.dataset.last : said.dataset.soon;
    said.textContent = text.replace("{minutes}", Math.max(1, Math.ceil(left / 60)));
    button.hidden = ends >= last - 1;
    bar.hidden = false;
  }

  function over() {
    said.textContent = said.dataset.over;
    button.hidden = true;
    again.hidden = false;
    bar.hidden = false;
  }

  // A draft is posted to where its own save button posts it; this page's hidden fields (version, tokens) are then
  // taken from the page as it reads now.
  function save() {
    document.querySelectorAll("form[data-draft][data-dirty]").forEach(function (form) {
      const headers = {};
      headers[end.dataset.quiet] = "1";
      const typed = new FormData(form);
      const pressed = form.dataset.draft.split("=");
      if (pressed.length === 2) { typed.set(pressed[0], pressed[1]); }
      fetch(form.action, { method: "POST", body: typed, headers: headers, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? fetch(location.href, { headers: headers, credentials: "same-origin" }) : Promise.reject(answer.status); })
        .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
        .then(function (text) { took(form, text); })
        .catch(function () { tell(note.dataset.unsaved); });
    });
  }

  function took(form, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const twin = page.querySelector('form[action="' + form.getAttribute("action") + '"]');
    if (!twin) { tell(note.dataset.unsaved); return; }
    form.querySelectorAll("input[type=hidden]").forEach(function (field) {
      const fresh = twin.querySelector('input[type=hidden][name="' + field.name + '"]');
      if (fresh) { field.value = fresh.value; }
    });
    form.removeAttribute("data-dirty");
    tell(note.dataset.saved);
  }

  function tell(text) {
    note.textContent = text;
    note.hidden = false;
  }

  document.addEventListener("input", function (event) {
    const form = event.target.form;
    if (form && form.hasAttribute("data-draft")) { form.setAttribute("data-dirty", ""); }
  });
  bar.addEventListener("submit", function (event) {
    event.preventDefault();
    fetch(bar.action, { method: "POST", body: new FormData(bar), headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
      .then(function (told) { set(told.seconds, told.last); })
      .catch(over);
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { look(); } });
  set(Number(end.dataset.seconds), Number(end.dataset.last));
}());
