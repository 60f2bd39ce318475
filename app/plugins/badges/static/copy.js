// "复制代码": shown only where the browser can copy; without it the field is selected by hand.
"use strict";
(function () {
  if (!navigator.clipboard) { return; }
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    const said = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      const field = document.getElementById(button.dataset.copy);
      navigator.clipboard.writeText(field.value).then(function () {
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = said; }, 2000);
      }, function () { field.select(); });
    });
  });
}());
