// The till listens wherever the focus is: a scanner is a keyboard, and an input
// method may swallow what it types, so its digits are read by key code.
(() => {
  "use strict";
  const GAP = 35; // milliseconds between the keys of a scanner; people are slower
  const PAUSE = 400; // after so long without a key the next digit begins something new
  const LEAST = 6; // digits of the shortest card
  const SAME = 2000; // the same card read twice within this time is one reading
  const TILE = 90; // a digit alone for so long is a person choosing a tile
  const LATE = 30; // a timer so late tells that this page was busy: keys may be waiting

  const field = () => document.querySelector("[data-till-field]");
  const till = () => document.getElementById("till");
  const empty = () => { const input = field(); return !input || input.value === ""; };
  const digitOf = (code) => (/^(?:Digit|Numpad)([0-9])$/.exec(code) || ["", ""])[1];
  const isEnd = (code) => code === "Enter" || code === "NumpadEnter" || code === "Tab";
  const composing = (event) => event.isComposing || event.key === "Process";
  const elsewhere = (element) =>
    element !== field() && /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) &&
    !/^(radio|checkbox)$/.test(element.type);

  // Cards wait for each other: the next is sent when the answer to the last is drawn.
  const waiting = [];
  let busy = false;
  const send = () => {
    const input = field();
    if (busy || !input || waiting.length === 0) return;
    input.value = waiting.shift();
    input.form.requestSubmit();
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb === "post" && event.detail.target === till()) busy = true;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb !== "post" || event.detail.target !== till()) return;
    setTimeout(() => { busy = false; send(); }, 40); // after the swap has settled
  });

  // Letters typed while another answer was on its way are asked about after it.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { verb, parameters } = event.detail.requestConfig;
    const input = field();
    if (verb !== "get" || event.detail.elt !== input || !input) return;
    setTimeout(() => { // an answer holds the form until its event is over
      if (input.isConnected && input.value && input.value !== parameters.q) htmx.trigger(input, "again");
    }, 0);
  });

  // Keys carry the time at which they were pressed, however busy this page was since. A
  // card is decided where it ends, at Enter or Tab, by all its keys together: one long
  // gap is a stall of the machine, and must not cut a card into a shorter one.
  let digits = "", fast = 0, composed = false, last = -PAUSE, seen = "", seenAt = -SAME, chosen = 0;
  const forget = () => { digits = ""; fast = 0; composed = false; };
  const isScan = (target) => 2 * fast >= digits.length - 1 || composed || // half of its keys
    (target !== field() && !elsewhere(target)); // nobody types a number at a button
  const readCard = (card, now) => {
    if (card === seen && now - seenAt < SAME) {
      if (field()) field().value = "";
      return;
    }
    seen = card;
    seenAt = now;
    waiting.push(card);
    send();
  };

  document.addEventListener("keydown", (event) => {
    const now = event.timeStamp; // of the key itself, however busy this page is
    clearTimeout(chosen);
    if (isEnd(event.code)) {
      const card = digits, scanned = isScan(event.target);
      forget();
      if (card.length < LEAST || now - last > PAUSE || !scanned || !field()) return;
      event.preventDefault();
      event.stopPropagation();
      readCard(card, now);
      return;
    }
    const digit = digitOf(event.code);
    if (digit && !event.ctrlKey && !event.altKey && !event.metaKey) {
      if (now - last > PAUSE) forget();
      if (digits && now - last < GAP) fast += 1;
      if (composing(event)) composed = true;
      digits += digit;
      last = now;
    } else if (event.key !== "Shift") {
      forget();
    }
  }, true);

  const clear = () => {
    const input = field();
    if (!input) return;
    input.value = "";
    input.focus();
    document.getElementById("guests").replaceChildren();
    document.getElementById("outcome").replaceChildren();
  };

  // A timer that comes late has waited behind other work, and so may the next digit.
  const choose = (tile) => {
    const due = performance.now() + TILE;
    chosen = setTimeout(() => {
      if (performance.now() - due > LATE) return choose(tile);
      forget();
      if (tile.isConnected && !busy) tile.click();
    }, TILE);
  };

  const nextPayment = () => {
    const ways = [...document.querySelectorAll("[data-till] [name=payment]")];
    if (ways.length === 0) return;
    const way = ways[(ways.findIndex((one) => one.checked) + 1) % ways.length];
    way.checked = true;
    way.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Tiles and the bar's own button are paid like the field.
  const payAll = (value) => {
    for (const input of document.querySelectorAll("#guests [name=payment], #outcome [name=payment]")) input.value = value;
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-till] [name=payment]")) return;
    payAll(event.target.value);
    say(event.target.parentElement.textContent.trim());
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-cancel]")) return;
    event.preventDefault();
    clear();
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || !field()) return;
    if (event.code === "Escape") return clear();
    if (event.code === "F2") {
      event.preventDefault();
      return nextPayment();
    }
    if (event.code === "F4") { // the next day's meal for whoever is shown
      const book = document.querySelector("[data-book]");
      if (book) { event.preventDefault(); if (!busy) book.click(); }
      return;
    }
    if (event.code === "F8") {
      const roster = document.querySelector("[data-roster]");
      if (roster) { event.preventDefault(); roster.click(); }
      return;
    }
    if (elsewhere(event.target)) return;
    const typing = event.target === field();
    if (event.code === "KeyZ" && !event.altKey && (event.ctrlKey || event.metaKey ? empty() : !typing)) {
      const undo = document.querySelector("[data-undo]");
      if (undo) { event.preventDefault(); undo.click(); }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (isEnd(event.code) && event.code !== "Tab" && empty() && (typing || event.target === document.body)) {
      const again = document.querySelector("[data-again]");
      event.preventDefault();
      if (again && !busy) again.click();
      return;
    }
    const digit = digitOf(event.code);
    const tile = digit && document.querySelector(`[data-tile="${digit}"]`);
    if (tile && !/[0-9]/.test(field().value)) {
      // A scanner's digits come in a burst; the next one calls this off.
      event.preventDefault();
      choose(tile);
      return;
    }
    // Letters typed while nothing has the focus belong to the field.
    if (!typing && event.key.length === 1 && /^[a-y]$/i.test(event.key)) field().focus();
  });

  // On a tablet the soft keyboard stays down until the field is tapped.
  const quiet = () => { if (field()) field().inputMode = "none"; };
  document.addEventListener("pointerdown", (event) => {
    const input = field();
    if (event.pointerType === "mouse" || event.target !== input || !input) return;
    if (input.inputMode === "none" && document.activeElement === input) input.blur();
    input.inputMode = "text";
  });
  quiet();

  // Sound only repeats what the bar says in words.
  const TONES = { ok: [880], diet: [880, 1175], info: [440, 440], warn: [330], bad: [220, 165] };
  let sound = null;
  const beep = (tone) => {
    const Context = window.AudioContext;
    if (!Context || !TONES[tone]) return;
    sound = sound || new Context();
    sound.resume();
    TONES[tone].forEach((pitch, i) => {
      const wave = sound.createOscillator(), loud = sound.createGain();
      const begin = sound.currentTime + i * 0.16;
      wave.frequency.value = pitch;
      loud.gain.value = 0.08;
      wave.connect(loud).connect(sound.destination);
      wave.start(begin);
      wave.stop(begin + 0.12);
    });
  };
  const say = (words) => { document.getElementById("live").textContent = words; };
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target === till()) told(); });
  document.addEventListener("till:drawn", () => told()); // by this browser alone
  const told = () => {
    quiet();
    const bar = till().querySelector("[data-tone]");
    if (!bar) return;
    beep(bar.dataset.tone);
    say(bar.innerText.replace(/\s+/g, " "));
  };
})();
