// Enter goes on down the column, as in a spreadsheet; leaving a cell saves it.
"use strict";

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (event.key !== "Enter" || event.isComposing) return;
  if (!(input instanceof HTMLInputElement) || !input.closest(".week .cell")) return;
  event.preventDefault();
  const row = input.closest("tr");
  const place = input.closest("td").cellIndex;
  let next = event.shiftKey ? row.previousElementSibling : row.nextElementSibling;
  while (next && !next.cells[place]) {
    next = event.shiftKey ? next.previousElementSibling : next.nextElementSibling;
  }
  const field = next && next.cells[place].querySelector("input");
  if (field) {
    field.focus();
    field.select();
  } else {
    input.blur();
  }
});
