// The till listens wherever the focus is: a scanner is a keyboard, and an input
// method may swallow its letters, so digits are read by key code.
(() => {
  "use strict";
  const GAP = 35; // milliseconds between the keys of a scanner; people are slower
  const LEAST = 6; // digits of the shortest card
  const SAME = 2000; // the same card read twice within this time is one reading
  let digits = "", last = 0, seen = "", seenAt = 0;

  const field = () => document.querySelector("[data-till-field]");
  const digitOf = (code) => {
    const found = /^(?:Digit|Numpad)([0-9])$/.exec(code);
    return found ? found[1] : "";
  };

  const submit = (card) => {
    const input = field();
    if (!input) return;
    input.value = card;
    input.form.requestSubmit();
  };

  document.addEventListener("keydown", (event) => {
    const now = performance.now();
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
      const scanned = digits.length >= LEAST && now - last < GAP * 3;
      const card = digits;
      digits = "";
      if (!scanned) return;
      event.preventDefault();
      event.stopPropagation();
      if (card === seen && now - seenAt < SAME) { const input = field(); if (input) input.value = ""; return; }
      seen = card; seenAt = now;
      submit(card);
      return;
    }
    const digit = digitOf(event.code);
    if (digit && !event.ctrlKey && !event.altKey && !event.metaKey) {
      digits = now - last < GAP ? digits + digit : digit;
      last = now;
      return;
    }
    if (event.key !== "Shift") digits = "";
  }, true);

  document.addEventListener("keydown", (event) => {
    const input = field();
    if (event.code === "Escape" && input) { input.value = ""; input.focus(); document.getElementById("guests").replaceChildren(); return; }
    if (event.code === "F2") {
      event.preventDefault();
      const ways = [...document.querySelectorAll("[data-till] [name=payment]")];
      const at = ways.findIndex((way) => way.checked);
      if (ways.length) ways[(at + 1) % ways.length].checked = true;
      return;
    }
    const again = document.querySelector("[data-again]");
    if (event.code === "Enter" && again && input && input.value === "" && document.activeElement === input) {
      event.preventDefault();
      again.click();
      return;
    }
    const empty = !input || input.value === "" || document.activeElement !== input;
    if (event.code === "KeyZ" && !event.ctrlKey && empty && document.activeElement !== input) {
      const undo = document.querySelector("[data-undo]");
      if (undo) { event.preventDefault(); undo.click(); }
    }
    const digit = digitOf(event.code);
    const tile = digit && document.querySelector(`[data-tile="${digit}"]`);
    if (tile && !/[0-9]/.test(input ? input.value : "")) {
      // a single digit chooses a tile; a scanner's digits come in a burst and end in Enter
      const at = last;
      event.preventDefault();
      setTimeout(() => { if (last === at) tile.click(); }, GAP * 2);
    }
  });

  // Letters typed while nothing has the focus belong to the field.
  document.addEventListener("keydown", (event) => {
    const input = field();
    if (!input || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
    if (["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement.tagName)) return;
    if (/^[a-y]$/i.test(event.key)) input.focus();
  });

  const TONES = { ok: [880], info: [440, 440], warn: [330], bad: [220, 165] };
  let sound = null;
  const beep = (tone) => {
    const Context = window.AudioContext;
    if (!Context || !TONES[tone]) return;
    sound = sound || new Context();
    TONES[tone].forEach((pitch, i) => {
      const wave = sound.createOscillator(), loud = sound.createGain();
      wave.frequency.value = pitch; loud.gain.value = 0.08;
      wave.connect(loud).connect(sound.destination);
      wave.start(sound.currentTime + i * 0.16); wave.stop(sound.currentTime + i * 0.16 + 0.12);
    });
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "till") return;
    const bar = event.target.querySelector("[data-tone]");
    if (bar) beep(bar.dataset.tone);
  });
})();
