// Small comforts of the frame; every page works without them.
(() => {
  "use strict";

  // After a form came back with errors, or a fragment was swapped in, the focus goes
  // where the reader should look first.
  const focusFirst = (within) => {
    const first = within.querySelector("[data-focus]");
    if (first) first.focus();
  };
  focusFirst(document);
  document.addEventListener("htmx:afterSettle", (event) => focusFirst(event.target));

  // The user menu closes on Escape and on a click elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    const drawer = document.querySelector("#drawer .drawer-close");
    if (drawer) drawer.click();
  });

  // The three acts that ask before they are done (and only those) carry data-confirm.
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // A form is sent once, however often the button is tapped.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    for (const button of event.target.querySelectorAll("button:not([type=button])")) {
      if (button !== event.submitter) button.disabled = true;
      else setTimeout(() => { button.disabled = true; }, 0);
    }
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll("form button[disabled]")) button.disabled = false;
  });

  // A table that has to be pushed sideways can be pushed with the arrow keys.
  const reachable = () => {
    for (const wide of document.querySelectorAll(".grid-scroll")) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
      else wide.removeAttribute("tabindex");
    }
  };
  reachable();
  window.addEventListener("resize", reachable);
  document.addEventListener("htmx:afterSettle", reachable);

  // On a phone the areas are one row: the one in use is brought into it.
  const inUse = document.querySelector("nav [aria-current=page]");
  const row = inUse?.closest("nav");
  if (row && row.scrollWidth > row.clientWidth) row.scrollLeft = inUse.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 2;

  // A drawer's close button empties its place.
  document.addEventListener("click", (event) => {
    const close = event.target.closest("#drawer .drawer-close");
    if (!close) return;
    event.preventDefault();
    document.getElementById("drawer").replaceChildren();
  });
})();
