// The week grid as a spreadsheet. A cell is *chosen* (arrows move, Del clears, Ctrl+C and
// Ctrl+V copy blocks, Ctrl+Z undoes) until something is typed or F2 is pressed; then it
// is *edited* and the keys are the field's own. Leaving a cell saves it.
(() => {
  "use strict";

  const SAVED_AGAIN = 15000; // milliseconds a save may take before it counts as lost
  let editing = false;
  let anchor = null; // names of the two corners of the chosen block
  let corner = null;
  let pending = 0;
  let failed = false;

  const inputOf = (cell) => cell && cell.querySelector("input");
  const cellOf = (element) =>
    element instanceof HTMLInputElement ? element.closest(".week td.cell") : null;
  const rowsOfGrid = () =>
    [...document.querySelectorAll(".week tbody tr")].filter((row) => row.querySelector("td.cell"));
  const named = (name) => document.getElementsByName(name)[0] || null;
  const placeOf = (input) => {
    const cell = input.closest("td");
    return { row: rowsOfGrid().indexOf(cell.parentElement), column: cell.cellIndex };
  };
  const inputAt = (row, column) => {
    const rows = rowsOfGrid();
    return rows[row] ? inputOf(rows[row].cells[column]) : null;
  };

  // The chosen block: from its first to its last cell, row by row.
  const block = () => {
    const from = anchor && named(anchor);
    const to = corner && named(corner);
    if (!from || !to) return [];
    const a = placeOf(from);
    const b = placeOf(to);
    const rows = [];
    for (let r = Math.min(a.row, b.row); r <= Math.max(a.row, b.row); r += 1) {
      const line = [];
      for (let c = Math.min(a.column, b.column); c <= Math.max(a.column, b.column); c += 1) {
        line.push(inputAt(r, c));
      }
      rows.push(line);
    }
    return rows;
  };
  const isBlock = () => anchor !== null && anchor !== corner;
  const drawBlock = () => {
    for (const cell of document.querySelectorAll(".week .picked")) cell.classList.remove("picked");
    if (!isBlock()) return;
    for (const line of block()) for (const input of line) input.closest("td").classList.add("picked");
  };
  const forgetBlock = () => {
    anchor = corner = null;
    drawBlock();
  };

  const goTo = (input) => {
    if (!input) return;
    input.focus();
    input.select();
  };
  const step = (input, down, across) => {
    const place = placeOf(input);
    return inputAt(place.row + down, place.column + across);
  };
  const dirty = (input) => input.value !== input.defaultValue;

  // Sends a block of texts; the grid comes back with what could not be read marked.
  const send = (start, lines) => {
    const form = document.getElementById("week-form");
    const values = {
      csrf: form.elements.csrf.value,
      act: crypto.randomUUID ? crypto.randomUUID() : String(Date.now() + Math.random()),
      start,
      block: lines.map((line) => `${line.join("\t")}\n`).join(""),
    };
    if (document.getElementById("grid").dataset.sets) values.sets = "AB";
    const back = document.activeElement && document.activeElement.name;
    forgetBlock();
    htmx
      .ajax("POST", form.getAttribute("action"), { source: "#week-form", target: "#grid", swap: "outerHTML", values })
      .then(() => goTo(named(back || start)));
  };

  document.addEventListener("focusin", (event) => {
    if (!cellOf(event.target)) return;
    editing = false;
    event.target.select();
    if (corner !== event.target.name) forgetBlock();
  });
  document.addEventListener("input", (event) => {
    if (cellOf(event.target)) editing = true;
  });
  document.addEventListener("dblclick", (event) => {
    if (cellOf(event.target)) editing = true;
  });
  document.addEventListener("mousedown", (event) => {
    const input = event.target;
    if (!event.shiftKey || !cellOf(input) || !cellOf(document.activeElement)) return;
    event.preventDefault();
    anchor = anchor || document.activeElement.name;
    corner = input.name;
    drawBlock();
  });

  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const onArrow = (event, input) => {
    const [down, across] = arrows[event.key];
    if (editing) return;
    event.preventDefault(); // also keeps the list of dishes closed
    if (event.shiftKey) {
      const from = named(corner || input.name);
      const next = from && step(from, down, across);
      if (!next) return;
      anchor = anchor || input.name;
      corner = next.name;
      drawBlock();
      return;
    }
    forgetBlock();
    goTo(step(input, down, across));
  };

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (event.isComposing || !cellOf(input)) return;
    const control = event.ctrlKey || event.metaKey;
    if (event.key === "Enter") {
      event.preventDefault();
      const next = step(input, event.shiftKey ? -1 : 1, 0);
      if (next) goTo(next);
      else input.blur();
    } else if (arrows[event.key] && !control && !event.altKey) {
      onArrow(event, input);
    } else if (event.key === "F2") {
      event.preventDefault();
      editing = true;
      input.setSelectionRange(input.value.length, input.value.length);
    } else if (event.key === "Escape") {
      if (dirty(input)) input.value = input.defaultValue;
      editing = false;
      forgetBlock();
      input.select();
    } else if ((event.key === "Delete" || event.key === "Backspace") && !editing) {
      event.preventDefault();
      const lines = isBlock() ? block() : [[input]];
      send(lines[0][0].name, lines.map((line) => line.map(() => "")));
    } else if (control && event.code === "KeyZ" && !event.shiftKey && !editing) {
      const undo = document.getElementById("undo");
      if (!undo) return;
      event.preventDefault();
      const back = input.name;
      document.body.addEventListener("htmx:afterSettle", () => goTo(named(back)), { once: true });
      undo.click();
    }
  });

  document.addEventListener("copy", (event) => {
    if (!cellOf(document.activeElement) || !isBlock()) return;
    event.preventDefault();
    const text = block().map((line) => line.map((input) => input.value).join("\t")).join("\n");
    event.clipboardData.setData("text/plain", text);
  });
  document.addEventListener("paste", (event) => {
    const input = document.activeElement;
    if (!cellOf(input) || editing) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n/g, "\n").replace(/\n$/, "");
    event.preventDefault();
    const lines = text.split("\n").map((line) => line.split("\t"));
    const single = lines.length === 1 && lines[0].length === 1;
    if (single && isBlock()) {
      const chosen = block();
      send(chosen[0][0].name, chosen.map((line) => line.map(() => text)));
    } else {
      const first = isBlock() ? block()[0][0] : input;
      send(first.name, lines);
    }
  });

  // Whether everything typed is stored: a word beside the grid, a red corner on the cell.
  const say = (state) => {
    const place = document.getElementById("save-state");
    if (!place) return;
    place.dataset.state = state;
    place.querySelector("span").textContent = place.dataset[state];
  };
  const ours = (event) => {
    const path = event.detail.requestConfig ? event.detail.requestConfig.path : event.detail.pathInfo && event.detail.pathInfo.requestPath;
    const verb = event.detail.requestConfig ? event.detail.requestConfig.verb : "post";
    return verb === "post" && /\/(cells|undos)$/.test(path || "");
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!ours(event)) return;
    event.detail.xhr.timeout = SAVED_AGAIN;
    pending += 1;
    failed = false;
    say("saving");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!ours(event)) return;
    pending -= 1;
    if (!event.detail.successful) failed = true;
    const input = event.detail.elt;
    if (failed && cellOf(input)) input.closest(".cell-in").classList.add("unsaved");
    if (failed) say("failed");
    else if (pending === 0) say("saved");
  });
  window.addEventListener("beforeunload", (event) => {
    if (pending > 0 || failed) event.preventDefault();
  });
})();
