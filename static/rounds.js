// The rounds board by drag and by keyboard. Every place has its price before the stop
// is let go; without scripts the stop's own page does the same with forms.
(() => {
  "use strict";

  const board = document.getElementById("board");
  const bar = document.getElementById("carry");
  if (!board || !bar || !window.htmx) return;
  const words = bar.dataset;
  const columns = () => document.getElementById("columns");
  const movable = () => columns()?.hasAttribute("data-movable");
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);

  // Prices: asked once for each stop and round, kept until the board changes.
  let prices = new Map();
  const pricesOf = (stop, round) => {
    const name = `${stop}/${round}`;
    if (!prices.has(name)) {
      const asked = fetch(`/rounds/stops/${stop}/prices?round=${round}`, { headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : null))
        .catch(() => null);
      prices.set(name, asked);
    }
    return prices.get(name);
  };

  // The bar says where the stop would be, and what that costs.
  let turn = 0;
  const show = async (where, asked, hint) => {
    const mine = ++turn;
    bar.hidden = false;
    bar.className = "carry";
    bar.querySelector("[data-where]").textContent = where;
    bar.querySelector("[data-price]").textContent = words.counting;
    bar.querySelector("[data-hint]").textContent = hint;
    const price = await asked;
    if (mine !== turn) return;
    bar.querySelector("[data-price]").textContent = price ? price.words : words.lost;
    bar.classList.toggle("carry-bad", !price || price.breaks);
  };
  const hide = () => {
    turn += 1;
    bar.hidden = true;
  };
  const showPlace = (stop, list, position, hint = "") => {
    const round = list.dataset.list;
    const column = list.closest("[data-round]");
    const where = column ? fill(words.place, { round: column.dataset.number, position }) : words.waiting;
    const asked = pricesOf(stop, round).then((found) => {
      const places = found?.places || [];
      return places.find((place) => place.position === position) || places[places.length - 1];
    });
    return show(where, asked, hint);
  };

  const post = (path, values) => htmx.ajax("POST", path, { source: board, target: "#board", swap: "innerHTML", values });
  const put = (stop, round, position) => post(`/rounds/stops/${stop}/place`, round ? { round, position } : {});
  const placeIn = (list, item) => [...list.querySelectorAll("[data-stop]")].indexOf(item) + 1;

  // By drag.
  const lists = [];
  const arrange = () => {
    while (lists.length) lists.pop().destroy();
    if (!window.Sortable || !movable()) return;
    for (const list of board.querySelectorAll("[data-list]")) {
      lists.push(
        Sortable.create(list, {
          group: "stops",
          draggable: "[data-stop]",
          animation: 0,
          delay: 180,
          delayOnTouchOnly: true,
          forceFallback: true,
          fallbackTolerance: 4,
          scroll: true,
          ghostClass: "stop-ghost",
          onStart: (event) => {
            drop();
            document.body.classList.add("is-dragging");
            pricesOf(event.item.dataset.stop, event.from.dataset.list);
          },
          onChange: (event) => {
            const list = event.item.parentElement;
            showPlace(event.item.dataset.stop, list, placeIn(list, event.item));
          },
          onEnd: (event) => {
            document.body.classList.remove("is-dragging");
            hide();
            const position = placeIn(event.to, event.item);
            if (event.from === event.to && event.oldDraggableIndex === event.newDraggableIndex) return;
            put(event.item.dataset.stop, event.to.dataset.list, position);
          },
        }),
      );
    }
  };

  // By keyboard: a stop is lifted, carried, and let go with Enter.
  let held = null; // { item, list, position } or { round } for a reversal
  const rows = () => [...board.querySelectorAll("[data-stop]")];
  const current = () => document.activeElement?.closest?.("[data-stop]");
  const focus = (item) => item?.querySelector(".stop-link").focus();
  const drop = () => {
    held?.item?.classList.remove("stop-held");
    held?.list?.closest("[data-round], .waiting")?.classList.remove("is-target");
    held = null;
    hide();
  };
  const carry = (item, list, position) => {
    drop();
    const others = [...list.querySelectorAll("[data-stop]")].filter((other) => other !== item);
    held = { item, list, position: Math.max(1, Math.min(position, others.length + 1)) };
    item.classList.add("stop-held");
    list.closest("[data-round], .waiting")?.classList.add("is-target");
    list.closest("[data-round]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    showPlace(item.dataset.stop, list, held.position, words.keys);
  };
  const carryReversal = (item) => {
    const column = item.closest("[data-round]");
    if (!column) return;
    drop();
    held = { item, round: column.dataset.round };
    const asked = fetch(`/rounds/trips/${held.round}/reversal`, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    show(fill(words.reverse, { round: column.dataset.number }), asked, words.keys);
  };
  const letGo = () => {
    const { item, list, position, round } = held;
    again = item.dataset.who;
    drop();
    if (round) post(`/rounds/trips/${round}/reversal`, {});
    else put(item.dataset.stop, list.dataset.list, position);
  };
  const listNumbered = (number) => columns()?.querySelector(`[data-number="${number}"] [data-list]`);

  let again = null; // who had the focus before the board was drawn anew
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "board") return;
    prices = new Map();
    arrange();
    watch();
    if (again) focus(board.querySelector(`[data-who="${again}"]`));
    again = null;
  });

  const acts = {
    KeyJ: () => focus(rows()[rows().indexOf(current()) + 1]),
    KeyK: () => focus(rows()[Math.max(0, rows().indexOf(current()) - 1)]),
  };
  const changes = {
    KeyU: (item) => {
      const waiting = board.querySelector('[data-list=""]');
      if (item.closest(".waiting")) return;
      if (waiting) carry(item, waiting, 1);
      else carryAway(item);
    },
    KeyL: (item) => {
      again = item.dataset.who;
      post(`/rounds/stops/${item.dataset.stop}/lock`, item.hasAttribute("data-locked") ? {} : { locked: "on" });
    },
    KeyR: carryReversal,
  };
  // Nobody waits yet: there is no list to carry to, but there is a price.
  const carryAway = (item) => {
    drop();
    const list = document.createElement("ol");
    list.dataset.list = "";
    held = { item, list, position: 1 };
    item.classList.add("stop-held");
    showPlace(item.dataset.stop, list, 1, words.keys);
  };
  const step = (item, by) => {
    const list = held?.item === item && held.list ? held.list : item.closest("[data-list]");
    const from = held?.item === item && held.list ? held.position : placeIn(list, item);
    carry(item, list, from + by);
  };

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.isComposing || document.documentElement.dataset.keys === "off") return;
      if (event.target.closest("input, select, textarea, dialog")) return;
      const item = current();
      const take = (act) => {
        event.preventDefault();
        event.stopPropagation();
        act();
      };
      if (held && event.code === "Enter") return take(letGo);
      if (held && event.code === "Escape") return take(drop);
      if (event.ctrlKey || event.metaKey) return;
      if (event.altKey) {
        if (!item || !movable()) return;
        if (event.code === "ArrowUp") take(() => step(item, -1));
        if (event.code === "ArrowDown") take(() => step(item, 1));
        return;
      }
      if (event.shiftKey) return;
      if (acts[event.code]) return take(acts[event.code]);
      if (!item || !movable()) return;
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
      if (digit && listNumbered(digit[1])) {
        const list = listNumbered(digit[1]);
        return take(() => bestIn(item, list));
      }
      if (changes[event.code]) take(() => changes[event.code](item));
    },
    true,
  );
  // A digit carries the stop to the cheapest place of that round.
  const bestIn = async (item, list) => {
    carry(item, list, 1_000);
    const found = await pricesOf(item.dataset.stop, list.dataset.list);
    if (held?.item === item && held.list === list && found?.best) carry(item, list, found.best);
  };
  document.addEventListener("focusout", (event) => {
    if (held && event.relatedTarget && !held.item.contains(event.relatedTarget)) drop();
  });

  // The solver's news.
  let source = null;
  const watch = () => {
    source?.close();
    source = null;
    const strip = document.getElementById("solving");
    if (!strip || !window.EventSource) return;
    source = new EventSource(strip.dataset.events);
    source.addEventListener("found", (event) => {
      const told = JSON.parse(event.data);
      strip.querySelector("progress").value = told.percent;
      strip.querySelector("[data-note]").textContent = told.note;
    });
    source.addEventListener("over", () => {
      source.close();
      if (held || document.body.classList.contains("is-dragging")) return setTimeout(() => location.reload(), 1500);
      location.reload();
    });
  };
  window.addEventListener("pagehide", () => source?.close());
  arrange();
  watch();
})();
