// The week grid as a spreadsheet. A cell is *chosen* (arrows move, Del clears, Ctrl+C and
// Ctrl+V copy blocks, Ctrl+Z undoes) until something is typed or F2 is pressed; then it
// is *edited* and the keys are the field's own. Leaving a cell saves it.
//
// Nobody waits for an answer: what is left, pasted, cleared or undone stands in a line
// and is sent one after the other, in the order it was done. An answer draws the grid
// anew, but keeps whatever was typed since it was asked for, and the place of the caret.
(() => {
  "use strict";

  const SAVED_AGAIN = 15000; // milliseconds a save may take before it counts as lost
  let editing = false;
  let anchor = null; // names of the two corners of the chosen block
  let corner = null;
  const line = []; // acts not yet answered; the first of them is on its way
  let failed = false;
  let drawing = false; // an answer is being drawn: focus moves without anybody's doing
  let leaving = false; // the whole week's form is sent

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

  // What a cell will hold once everything in the line is stored.
  const awaited = (input) => {
    const last = line.findLast((act) => act.texts.has(input.name));
    return last ? last.texts.get(input.name) : input.defaultValue;
  };

  // Whether everything typed is stored: a word beside the grid, a red corner on the cell.
  const say = (state) => {
    const place = document.getElementById("save-state");
    if (!place) return;
    place.dataset.state = state;
    place.querySelector("span").textContent = place.dataset[state];
  };
  const mark = (names) => {
    for (const name of names) named(name)?.closest(".cell-in").classList.add("unsaved");
  };
  const unstored = () =>
    [...document.querySelectorAll(".week td.cell input")].filter((input) => dirty(input) || input.ariaInvalid);

  const next = async () => {
    const act = line[0];
    if (!act) {
      say(failed ? "failed" : "saved");
      return;
    }
    say("saving");
    try {
      await act.send();
    } catch {
      act.stored = false; // the console has the reason, the cells are marked below
    }
    line.shift();
    drawing = false;
    if (!act.stored) mark(act.texts.keys());
    failed = !act.stored || document.querySelector(".week .unsaved") !== null;
    next();
  };
  // An act: the texts it stores by cell, and how it is sent when its turn comes.
  const queue = (texts, send) => {
    line.push({ texts, send, stored: false });
    if (line.length === 1) next();
    else say("saving");
  };
  const post = (path, target, values) => {
    if (document.getElementById("grid").dataset.sets) values.sets = "AB";
    values.csrf = document.getElementById("week-form").elements.csrf.value;
    return htmx.ajax("POST", path, { source: "#save-state", target, swap: "outerHTML", values });
  };

  // What was seen in a cell goes along: if a colleague has changed it since, the answer
  // says so and leaves theirs alone. Enter once more in such a cell is meant, Escape
  // takes theirs.
  const seen = (name) => named(`was.${name}`)?.value ?? "";
  const leave = (input, meant = false) => {
    if (input.value === awaited(input) && !meant) return;
    const { name, value } = input;
    queue(new Map([[name, value]]), () => {
      const now = named(name);
      const values = { cell: name, [name]: value, [`was.${name}`]: seen(name) };
      return post(now.dataset.save, now.closest(".cell-in"), values);
    });
  };
  const isTold = (input) => "told" in input.dataset && !dirty(input);
  // A block of texts stands in its cells at once; the grid comes back with what could
  // not be read marked – there, and where something unreadable stood before.
  const send = (start, lines) => {
    const corner = placeOf(named(start));
    const texts = new Map();
    lines.forEach((cells, down) =>
      cells.forEach((text, across) => {
        const input = inputAt(corner.row + down, corner.column + across);
        if (!input) return;
        input.value = text.trim();
        texts.set(input.name, input.value);
      }),
    );
    const values = {
      act: crypto.randomUUID ? crypto.randomUUID() : String(Date.now() + Math.random()),
      start,
      block: lines.map((cells) => `${cells.join("\t")}\n`).join(""),
    };
    forgetBlock();
    if (document.activeElement.name === start) document.activeElement.select();
    queue(texts, () => {
      for (const name of texts.keys()) values[`was.${name}`] = seen(name);
      for (const wrong of document.querySelectorAll(".week [aria-invalid]")) {
        if (dirty(wrong) || texts.has(wrong.name)) continue;
        values[wrong.name] = wrong.value;
        values[`was.${wrong.name}`] = wrong.dataset.told ?? seen(wrong.name);
      }
      return post(document.getElementById("week-form").getAttribute("action"), "#grid", values);
    });
  };
  const undo = () =>
    queue(new Map(), () => {
      const form = document.getElementById("undo")?.form;
      if (!form) {
        line[0].stored = true; // nothing left to take back
        return null;
      }
      return post(form.getAttribute("action"), "#grid", { edit: form.elements.edit.value });
    });

  document.addEventListener("focusin", (event) => {
    if (!cellOf(event.target) || drawing) return;
    editing = false;
    event.target.select();
    if (corner !== event.target.name) forgetBlock();
  });
  document.addEventListener("focusout", (event) => {
    // Another window in front is no reason to store half a word.
    if (cellOf(event.target) && !drawing && document.hasFocus()) leave(event.target);
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
      if (isTold(input)) leave(input, true);
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
      input.value = isTold(input) ? input.dataset.theirs : awaited(input);
      editing = false;
      forgetBlock();
      input.select();
    } else if ((event.key === "Delete" || event.key === "Backspace") && !editing) {
      event.preventDefault();
      const lines = isBlock() ? block() : [[input]];
      send(lines[0][0].name, lines.map((line) => line.map(() => "")));
    } else if (control && event.code === "KeyZ" && !event.shiftKey && !editing) {
      if (!line.length && !document.getElementById("undo")) return;
      event.preventDefault();
      undo();
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

  // Whatever else is sent from this page – published, copied, answered – waits until
  // the line is empty, and stays when something could not be stored.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.querySelector("#undo")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        undo();
      } else if (line.length) {
        event.preventDefault();
        event.stopImmediatePropagation();
        const { submitter } = event;
        queue(new Map(), () => {
          line[0].stored = true;
          const [open] = unstored();
          if (open) goTo(open);
          else if (!failed) setTimeout(() => form.requestSubmit(submitter), 0);
        });
      } else {
        leaving = form.id === "week-form";
      }
    },
    true,
  );

  const ours = (event) => {
    const path = event.detail.pathInfo ? event.detail.pathInfo.requestPath : "";
    return /\/(cells|undos)$/.test(path);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (ours(event)) event.detail.xhr.timeout = SAVED_AGAIN;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (ours(event) && line[0]) line[0].stored = event.detail.successful;
  });

  // An answer replaces a cell or the grid: what was typed since stays in its place.
  let kept = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ours(event) || !event.detail.shouldSwap) return;
    const input = cellOf(document.activeElement) && document.activeElement;
    const answered = line[0].texts;
    const typed = unstored().filter((each) => answered.get(each.name) !== each.value);
    kept = {
      texts: typed.map((each) => [each.name, each.value]),
      unsaved: [...document.querySelectorAll(".week .unsaved input")]
        .filter((each) => typed.includes(each))
        .map((each) => each.name),
      caret: input && { name: input.name, editing, from: input.selectionStart, to: input.selectionEnd },
    };
    drawing = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!ours(event) || !kept) return;
    for (const [name, text] of kept.texts) if (named(name)) named(name).value = text;
    mark(kept.unsaved);
    const { caret } = kept;
    const input = caret && named(caret.name);
    if (input) {
      input.focus();
      if (caret.editing && dirty(input)) input.setSelectionRange(caret.from, caret.to);
      else input.select();
    }
    drawBlock();
    kept = null;
    drawing = false;
  });
  // A reason being written under the grid is not swept away by the day's new answer.
  const begun = (field) =>
    field.matches("select")
      ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.type !== "hidden" && field.value !== field.defaultValue;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.id !== "panel") return;
    const fields = event.detail.target.querySelectorAll("input, select, textarea");
    if ([...fields].some(begun)) event.detail.shouldSwap = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (line.length || (!leaving && unstored().length)) event.preventDefault();
  });
})();
