// The till without the network: the day pack decides who it is and what is due, the
// queue (queue.js) keeps each act until the server has answered it. The words stand in
// the page's templates; the day is the pack's, never this device's.
(() => {
  "use strict";
  const net = document.getElementById("till-net");
  if (!net || !window.ActQueue) return;
  const PACK_EVERY = 120000, LOOK_EVERY = 4000;
  const shell = net.dataset.shell === "yes"; // the page kept by the service worker
  let blocked = false, queue, pack = null, down = shell || !navigator.onLine, device = "", acts = [];

  const where = () => (shell ? "" : net.dataset.pack);
  const outcome = () => document.getElementById("outcome");
  const tiles = () => document.getElementById("guests");
  const field = () => document.querySelector("[data-till-field]");
  const yuan = (fen) => (fen ? net.dataset.take.replace("{amount}", (fen / 100).toFixed(2)) : net.dataset.free);

  // Draw one of the page's templates with its gaps filled.
  const drawn = (name, words) => {
    const part = document.getElementById(name).content.cloneNode(true);
    for (const [key, value] of Object.entries(words)) {
      for (const gap of part.querySelectorAll(`[data-fill="${key}"]`)) gap.textContent = value;
      for (const gap of part.querySelectorAll(`[data-value="${key}"]`)) gap.value = value;
    }
    for (const gap of part.querySelectorAll("[data-fill=tags]")) {
      gap.replaceChildren(...(words.person ? words.person.tags : []).map((tag) => {
        const mark = document.createElement("span");
        mark.className = "tag tag-allergy";
        mark.textContent = tag;
        return mark;
      }));
    }
    return part;
  };
  const show = (name, words) => {
    const place = outcome();
    if (!place) return;
    place.replaceChildren(drawn(name, words));
    if (tiles()) tiles().replaceChildren();
    const bar = place.querySelector("[data-tone]");
    if (bar && words.person && words.person.tags.length && bar.dataset.tone === "ok") bar.dataset.tone = "diet";
    document.dispatchEvent(new CustomEvent("till:drawn"));
    if (field()) { field().value = ""; field().focus(); }
  };

  // Who is meant, by the pack alone.
  const found = (typed) => {
    const text = typed.trim().toLowerCase();
    if (/^\d{4,}$/.test(text)) {
      const exact = pack.people.filter((one) => one.number === text);
      return exact.length ? exact : pack.people.filter((one) => text.length >= 6 &&
        one.tails.some((tail) => text.endsWith(tail)));
    }
    if (!text) return [];
    const key = /[\u3400-\u9fff]/.test(text) ? text : ` ${text}`;
    return pack.people.filter((one) => one.keys.includes(key));
  };
  const undone = () => new Set(acts.filter((one) => one.body.kind === "undo").map((one) => one.body.of));
  const mine = () => acts.filter((one) => one.body.pack === pack.token || one.body.day === pack.day);
  const ate = (person) => {
    const gone = undone();
    return person.served || mine().some((one) => one.body.elder === person.id && one.state !== "park" && !gone.has(one.id));
  };

  // The next tap is another act, also while the server draws no new form.
  const renew = () => {
    for (const input of document.querySelectorAll("[data-till] [name=act]")) input.value = ActQueue.newId();
  };

  // One tap without an answer: kept here, or the question that comes first.
  const serve = async (fields) => {
    if (!pack || !queue.durable) return show("bar-paper", {});
    const id = fields.get("act") || ActQueue.newId();
    renew();
    const chosen = Number(fields.get("elder"));
    const payment = fields.get("payment") || "cash";
    if (fields.get("stranger")) return guest(id, fields.get("name") || net.dataset.guest);
    const typed = (fields.get("q") || "").trim();
    if (!chosen && (pack.blocked || []).includes(typed)) return show("bar-blocked", { typed });
    const people = chosen ? pack.people.filter((one) => one.id === chosen) : found(fields.get("q") || "");
    if (people.length === 0) return show("bar-unknown", { typed: fields.get("q") || "", act: id });
    if (people.length > 1) return choose(people.slice(0, 9), id, payment);
    const [person] = people, full = fields.get("tariff") === "full", sure = fields.get("sure") === "yes";
    const words = { person, name: person.name, masked: person.masked || "", building: person.building, elder: person.id, payment };
    if (ate(person) && !full) return show("bar-already", { ...words, amount: yuan(pack.list_price_fen) });
    if ((person.booking !== "here" || person.state !== "active") && !sure && !full) {
      return show("bar-walk-in", { ...words, act: id, amount: yuan(person.due_fen) });
    }
    const fen = full ? pack.list_price_fen : person.due_fen;
    return keepAndSay(id, { elder: person.id, tariff: full ? "full" : "subsidised", payment, amount_shown_fen: fen },
      `${person.name} ${yuan(fen)}`, { ...words, amount: yuan(fen) });
  };
  const guest = async (id, name) => {
    const fen = pack.list_price_fen;
    return keepAndSay(id, { name, payment: "cash", tariff: "full", amount_shown_fen: fen }, `${name} ${yuan(fen)}`,
      { name, building: "", masked: "", amount: yuan(fen) });
  };
  // A full disk keeps nothing: staff must learn so at once.
  const keepAndSay = async (id, body, label, words) => {
    try { await keep(id, body, label); } catch { return show("bar-paper", {}); }
    return show("bar-kept", words);
  };
  const choose = (people, act, payment) => {
    if (!tiles()) return;
    tiles().replaceChildren(...people.map((person, i) => {
      const part = drawn("tile-kept", { name: person.name, apart: person.apart || "", age: person.age, building: person.building,
        elder: person.id, act, payment, number: i + 1, person });
      part.querySelector(".tile").dataset.tile = i + 1;
      return part;
    }));
    if (outcome()) outcome().replaceChildren();
  };
  const keep = async (id, body, label) => {
    await queue.add({ id, url: net.dataset.acts, label, after: body.of || "", body: {
      ...body, pack: pack.token, happened_at: new Date().toISOString(), device,
      clock_offset_seconds: Math.round((pack.offset || 0) / 1000) } });
  };

  // Taps are caught before they are sent while the network is known to be down.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!/\/(servings|undo-kept)$/.test(form.getAttribute("action") || "")) return;
    const fields = new FormData(form);
    if (form.dataset.undoKept) {
      stop(event);
      keep(ActQueue.newId(), { kind: "undo", of: form.dataset.undoKept }, form.dataset.label).catch(() => show("bar-paper", {}));
    } else if (down) {
      stop(event);
      serve(fields);
    }
  }, true);
  document.addEventListener("input", (event) => {
    if (!down || !pack || event.target !== field()) return;
    const people = found(event.target.value);
    if (people.length > 1) choose(people.slice(0, 9), ActQueue.newId(), payment());
    else tiles().replaceChildren();
  });
  const payment = () => (document.querySelector("[data-till] [name=payment]:checked") || { value: "cash" }).value;
  const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };

  // A tap that was sent and not answered is kept under the same id.
  const lost = (event, signin) => {
    const { verb, path, parameters } = event.detail.requestConfig;
    if (verb !== "post" || !/\/servings$/.test(path)) return;
    const fields = new FormData();
    for (const [key, value] of Object.entries(parameters)) fields.append(key, value);
    for (const button of document.querySelectorAll("#till button[disabled]")) button.disabled = false;
    if (!signin) setDown(true);
    serve(fields);
  };
  document.addEventListener("htmx:sendError", (event) => lost(event, false));
  document.addEventListener("htmx:timeout", (event) => lost(event, false));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { status } = event.detail.xhr;
    const { verb, path } = event.detail.requestConfig;
    if (verb !== "post" || !/\/servings$/.test(path)) return;
    if (status < 500 && status !== 401 && status !== 403) return;
    event.preventDefault();
    lost(event, status < 500);
  });

  // Up again? Asked every few seconds while it is down.
  let looking = 0;
  const setDown = (now) => {
    if (now === down) return;
    down = now;
    draw();
    if (down) look();
    else if (!shell) refresh();
    else if (!state.waiting) location.reload(); // the whole till again
  };
  // The lists only: whoever is typing or reading the bar is not disturbed.
  const refresh = () => {
    if (!window.htmx || !document.getElementById("till-lists")) return;
    htmx.ajax("GET", location.pathname, { target: "#till-lists", select: "#till-lists", swap: "outerHTML" }).catch(() => {});
  };
  const look = () => {
    clearTimeout(looking);
    looking = setTimeout(async () => {
      try {
        const clock = AbortSignal.timeout ? AbortSignal.timeout(3000) : undefined;
        const answer = await fetch("/healthz", { cache: "no-store", signal: clock });
        if (answer.ok) { queue.soon(); return setDown(false); }
      } catch { /* still down */ }
      return look();
    }, LOOK_EVERY);
  };
  window.addEventListener("offline", () => setDown(true));
  window.addEventListener("online", look);

  // What staff see: one line, and the list behind it.
  let state = { waiting: 0, parked: 0, reason: "" };
  const draw = () => {
    const line = net.querySelector("[data-net-line]");
    const kind = blocked ? "lost" : !queue || !queue.durable ? "paper" : state.reason === "signin" ? "signin"
      : state.waiting || down ? "offline" : "online";
    net.dataset.kind = kind;
    for (const part of line.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== kind;
    for (const part of net.querySelectorAll("[data-waiting]")) part.textContent = state.waiting;
    const trouble = acts.filter((one) => one.state === "park" || (one.answer && one.answer.status && one.answer.status !== "ok"));
    const gone = undone();
    const list = document.querySelector("[data-kept-list]");
    list.replaceChildren(...acts.filter((one) => one.state === "wait" || trouble.includes(one)).map((one) => {
      const wrong = trouble.includes(one);
      const part = drawn(wrong ? "line-trouble" : "line-kept", { label: one.label, at: one.at.slice(11, 16), why: wrong ? why(one) : "" });
      if (wrong) part.querySelector(".state").classList.add(isRed(one) ? "state-bad" : "state-warn");
      part.querySelector("[data-at]").textContent = new Date(one.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
      const undo = part.querySelector("form");
      if (undo && (one.body.kind === "undo" || gone.has(one.id))) undo.remove();
      else if (undo) { undo.dataset.undoKept = one.id; undo.dataset.label = `${net.dataset.undoWord} ${one.label}`; }
      return part;
    }));
    document.querySelector("[data-kept]").hidden = list.children.length === 0;
    for (const form of document.querySelectorAll("[data-needs-sent]")) {
      form.querySelector("button").disabled = state.waiting > 0;
    }
  };
  // Amber: somebody will look into it; red: it is not in the books, or nobody may eat so.
  const isRed = (act) => act.state === "park" || act.answer.status === "review";
  const why = (act) => {
    if (act.state === "park") {
      return act.status === 422 ? net.dataset.tampered : `${(act.answer && act.answer.message) || act.status} ${net.dataset.parked}`;
    }
    return net.dataset[act.answer.status] || act.answer.status;
  };

  // On paper only this list stays, see dining.css.
  document.querySelector("[data-print-kept]").addEventListener("click", () => window.print());

  const fetchPack = async () => {
    if (!where()) return;
    try {
      const sent = Date.now();
      const answer = await fetch(where(), { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) return await wiped();
      const fresh = await answer.json();
      fresh.offset = new Date(fresh.server_time).getTime() - (sent + Date.now()) / 2;
      if (Math.abs(fresh.offset) > 300000) net.querySelector("[data-clock]").hidden = false;
      pack = fresh;
      await queue.keep("pack", { ...fresh, point_name: net.dataset.point });
      navigator.serviceWorker?.controller?.postMessage("keep");
    } catch { /* the last one stands */ }
  };

  // A lost tablet: the list of names goes, see tablet.js.
  const wiped = async () => {
    if (!(await Tablet.lost(queue))) return;
    blocked = true;
    pack = null;
    draw();
  };
  // Whose session is on which tablet, so that a lost one can be signed out by itself.
  const name = async () => {
    const token = document.querySelector("#till [name=csrf]");
    if (!token) return;
    await fetch("/api/till/tablets", { method: "POST", cache: "no-store", body: JSON.stringify({ key: device }),
      signal: AbortSignal.timeout(5000), // the list of names does not wait for longer
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token.value },
    }).then((answer) => answer.text()).catch(() => {}); // unread, it would count as under way
  };
  // Also what is served with the network says on which tablet.
  document.addEventListener("htmx:configRequest", (event) => {
    if (device && /\/servings$/.test(event.detail.path)) event.detail.parameters.device = device;
  });

  const start = async () => {
    queue = await ActQueue.open();
    pack = (await queue.kept("pack")) || null;
    device = await queue.kept("device");
    if (!device) { device = ActQueue.newId(); await queue.keep("device", device); }
    if (!shell && pack && net.dataset.pack !== `/api/till/packs/${pack.day}/${pack.meal}/${pack.point}`) pack = null;
    if (shell && pack) {
      for (const gap of document.querySelectorAll("[data-fill=point]")) gap.textContent = pack.point_name;
      for (const gap of document.querySelectorAll("[data-fill=day]")) gap.textContent = pack.day;
    }
    queue.watch(async (now) => {
      if (state.waiting && !now.waiting && !down) (shell ? location.reload() : refresh());
      state = now; acts = [...(await queue.list("wait")), ...(await queue.list("park")), ...(await queue.list("done"))]; draw();
    });
    queue.answered(() => { setDown(false); });
    draw();
    if (net.dataset.closed === "yes") { // the shift is closed: what was sent is wiped here
      await queue.forget(() => true);
      await queue.keep("pack", null);
      return;
    }
    if (down) return look();
    await name();
    await fetchPack();
    setInterval(() => { if (!down) fetchPack(); }, PACK_EVERY);
    if (navigator.serviceWorker) navigator.serviceWorker.register("/dining/worker.js", { scope: "/dining/" }).catch(() => {});
    return undefined;
  };
  start();
})();
