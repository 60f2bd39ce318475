// Warn before the sign-in ends, save drafts (forms marked data-draft) until it does, stay on request; then empty the page.
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
  const each = 20; // seconds between two looks while the warning stands
  const seldom = 300; // and otherwise: a session that somebody ended is noticed by then
  let ends = 0;
  let last = 0;
  let heard = 0;
  let timer = 0;

  function now() { return Date.now() / 1000; }

  function set(seconds, most) {
    ends = now() + seconds;
    last = now() + most;
    heard = now();
    bar.hidden = true;
    note.hidden = true;
    cover(false);
    plan();
  }

  function plan() {
    const left = ends - now();
    let wait = each;
    if (left > warn) { wait = Math.min(left - warn, seldom); }
    // The last look but one comes a few seconds before the end, so that the last words typed are saved too.
    else if (left > 5 && left < each + 5) { wait = left - 4; }
    else if (left > 0 && left <= 5) { wait = Math.max(left, 1); }
    window.clearTimeout(timer);
    timer = window.setTimeout(look, wait * 1000);
  }

  // Another page may have kept the session, or somebody ended it: the server knows.
  function look() {
    if (ends - now() > warn && document.hidden) { plan(); return; }
    ask().then(function (told) {
      if (told && told.seconds <= 0) { over(); return; }
      if (told && told.seconds > warn) { set(told.seconds, told.last); return; }
      if (told) { ends = now() + told.seconds; }
      if (ends - now() <= warn) {
        save();
        show(ends - now());
      }
      plan();
    });
  }

  // Nothing, where the server cannot be reached.
  function ask() {
    return fetch(bar.action, { headers: quiet, credentials: "same-origin" }).then(function (answer) {
      if (answer.status === 401) { return { seconds: 0, last: 0 }; }
      return answer.ok ? answer.json() : null;
    }).then(function (told) {
      if (told) { heard = now(); }
      return told;
    }).catch(function () { return null; });
  }

  function show(left) {
    const longest = ends >= last - 1;
    const text = longest ? said.dataset.last : said.dataset.soon;
    cover(left <= 0);
    said.textContent = left <= 0 ? said.dataset.lost : text.replace("{minutes}", Math.max(1, Math.ceil(left / 60)));
    button.hidden = longest || left <= 0;
    bar.hidden = false;
  }

  // The time is over and nobody can be asked whether the session is.
  function cover(on) { document.body.classList.toggle("covered", on); }

  // Whoever comes by finds nothing on the screen, and nothing in the page that could be brought back.
  function over() {
    window.clearTimeout(timer);
    document.title = again.textContent;
    document.body.replaceChildren(bar);
    cover(false);
    said.textContent = said.dataset.over;
    note.hidden = true;
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
      // What the server would ask about first is not decided by itself.
      if (form.dataset.dirty === "hold") { tell(note.dataset.unsaved); return; }
      if (form.dataset.saving) { return; }
      form.dataset.saving = "1";
      form.removeAttribute("data-dirty"); // typed on meanwhile, it is dirty again
      const typed = new FormData(form);
      const pressed = form.dataset.draft.split("=");
      if (pressed.length === 2) { typed.set(pressed[0], pressed[1]); }
      fetch(form.action, { method: "POST", body: typed, headers: headers, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? fetch(location.href, { headers: headers, credentials: "same-origin" }) : Promise.reject(answer.status); })
        .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(answer.status); })
        .then(function (text) { took(form, text); })
        .catch(function () { failed(form); })
        .then(function () { form.removeAttribute("data-saving"); });
    });
  }

  function took(form, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const twin = page.querySelector('form[action="' + form.getAttribute("action") + '"]');
    if (!twin) { failed(form); return; }
    form.querySelectorAll("input[type=hidden]").forEach(function (field) {
      const fresh = twin.querySelector('input[type=hidden][name="' + field.name + '"]');
      if (fresh) { field.value = fresh.value; }
    });
    tell(note.dataset.saved);
  }

  function failed(form) {
    form.setAttribute("data-dirty", "");
    tell(note.dataset.unsaved);
  }

  function tell(text) {
    note.textContent = text;
    note.hidden = false;
  }

  document.addEventListener("input", function (event) {
    const form = event.target.form;
    if (form && form.hasAttribute("data-draft") && form.dataset.dirty !== "hold") { form.setAttribute("data-dirty", ""); }
  });
  bar.addEventListener("submit", function (event) {
    event.preventDefault();
    fetch(bar.action, { method: "POST", body: new FormData(bar), headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
      .then(function (told) { set(told.seconds, told.last); })
      .catch(look);
  });
  document.addEventListener("visibilitychange", function () { if (!document.hidden && now() - heard > 60) { look(); } });
  set(Number(end.dataset.seconds), Number(end.dataset.last));
}());
