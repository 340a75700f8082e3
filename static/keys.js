// Global keys. They follow the key's place on the board (event.code), so that a
// Chinese input method does not change them; while a field has the focus they are
// silent, and `data-keys="off"` on the page silences them for good.
(() => {
  "use strict";

  const typing = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)) &&
    !/^(checkbox|radio|button|submit)$/.test(element.type || "");

  const wanted = (event) => (event.shiftKey ? "Shift+" : "") + event.code;

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
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Escape" && location.hash === "#keys") {
      toggleSheet();
      return;
    }
    if (document.documentElement.dataset.keys === "off" || typing(event.target)) return;
    if (wanted(event) === "Shift+Slash") {
      event.preventDefault();
      toggleSheet();
      return;
    }
    const name = wanted(event);
    const target = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === name && element.offsetParent !== null,
    );
    if (target) {
      event.preventDefault();
      use(target);
    }
  });
})();
