// Global keys. They follow the key's place on the board (event.code), so that a
// Chinese input method does not change them; while a field has the focus they are
// silent, and `data-keys="off"` on the page silences them for good.
(() => {
  "use strict";

  const typing = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) &&
    !/^(checkbox|radio|button|submit)$/.test(element.type || "");

  // "KeyN", "Shift+Slash", "Ctrl+Enter": what data-key names.
  const named = (event) =>
    (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.shiftKey ? "Shift+" : "") + event.code;

  const visible = (element) => element.getClientRects().length > 0;

  // Enter and Space on a focused control are that control's own.
  const takenByControl = (event) =>
    /^(Enter|Space)$/.test(event.code) &&
    event.target.closest("a, button, summary, label, input, select, textarea");

  const use = (element) => {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  };

  const toggleSheet = () => {
    const open = location.hash === "#keys";
    location.hash = open ? "" : "keys";
    const way = document.querySelector(open ? "#main" : "#keys [data-close-keys]");
    if (way) way.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;

    if (event.code === "KeyP" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      const sheet = document.querySelector("[data-print]");
      if (sheet) {
        event.preventDefault();
        sheet.click();
      }
      return;
    }
    if (event.altKey) return;
    if (event.code === "Escape" && location.hash === "#keys") {
      toggleSheet();
      return;
    }
    const name = named(event);
    if (!name.startsWith("Ctrl+")) {
      if (document.documentElement.dataset.keys === "off") return;
      if (typing(event.target) || takenByControl(event)) return;
    }
    if (name === "Shift+Slash") {
      event.preventDefault();
      toggleSheet();
      return;
    }
    const candidates = [...document.querySelectorAll("[data-key]")].filter(
      (element) => element.dataset.key === name,
    );
    if (name === "Slash") candidates.push(...document.querySelectorAll("main input[type=search]"));
    const target = candidates.find(visible);
    if (target) {
      event.preventDefault();
      use(target);
    }
  });

  // A column of figures: Enter goes down, as in a spreadsheet; the last sends the form.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey || event.target.tagName !== "INPUT") return;
    const cell = event.target.closest("[data-enter-down] td");
    let row = cell;
    while (cell && (row = (row === cell ? cell.parentElement : row).nextElementSibling)) {
      const next = row.cells[cell.cellIndex] && row.cells[cell.cellIndex].querySelector("input");
      if (!next) continue;
      event.preventDefault();
      use(next);
      return;
    }
  });
})();
