// The driver's page with scripts: acts wait in the browser's queue, stops change
// without the network. Without scripts the same forms are sent as they are.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const code = location.pathname.split("/")[2];
  const url = `/trip/${code}/acts`, name = `trip:${code}`;
  const told = { no_answer: "no_answer_unreached", reached: "no_answer_reached" };
  let queue, pack, shown;

  const words = (key, n = "") => (pack.words[key] || "").replace("{n}", n);
  const stopOf = (id) => pack.stops.find((stop) => String(stop.id) === String(id));
  // The kitchen's clock, not the telephone's, says when it is and when it is over.
  const clock = () => Date.now() + pack.offset;
  const yuan = (fen) => (fen / 100).toFixed(2);

  const apply = (act) => {
    const stop = stopOf(act.body.stop);
    if (!stop) return;
    const undone = act.body.kind === "undo";
    stop.told = undone ? "" : told[act.body.outcome] || act.body.outcome;
    stop.mine = !undone;
    stop.again = "";
  };

  const next = (from) => {
    const later = pack.stops.filter((stop) => stop.position > from.position);
    return [...later, ...pack.stops].find((stop) => !stop.told);
  };

  const hide = (selector, hidden, root = document) => {
    for (const part of all(selector, root)) part.hidden = hidden;
  };

  const show = (stop, focus = true) => {
    shown = stop;
    const main = one("main");
    const values = { ...stop, due: yuan(stop.collect_fen), told: pack.outcomes[stop.told] || "" };
    for (const place of all("[data-f]", main)) {
      const value = values[place.dataset.f];
      if (place.tagName === "INPUT") place.value = value;
      else place.textContent = value;
    }
    one("[data-diet]").replaceChildren(...stop.diet.map((word) => {
      const tag = document.createElement("span");
      tag.className = "tag";
      tag.textContent = word;
      return tag;
    }));
    hide("[data-due]", !stop.collect_fen, main);
    hide("[data-again]", !stop.again, main);
    hide("[data-door]", stop.point, main);
    hide("[data-point]", !stop.point, main);
    hide("[data-agreed]", !stop.agreed, main);
    hide("[data-done]", !stop.told, main);
    hide("[data-mine]", !stop.mine, main);
    hide("[data-open]", Boolean(stop.told) && !stop.again, main);
    const way = one("[data-way]");
    way.hidden = !stop.way;
    way.href = stop.way || "#";
    fillRungs(stop);
    for (const sheet of all("details.sheet")) sheet.open = false;
    for (const form of all("form", main)) form.reset();
    // reset() brings back what the server wrote: the hidden fields once more
    for (const place of all("input[data-f]", main)) place.value = values[place.dataset.f];
    list();
    if (focus) one("h1").focus();
  };

  const fillRungs = (stop) => {
    const home = one("[data-rungs]"), csrf = (one("[name=csrf]") || {}).value || "";
    home.replaceChildren(...stop.rungs.map(([key, word]) => {
      const form = document.createElement("form");
      form.dataset.act = "numbers";
      for (const [field, value] of [["csrf", csrf], ["stop", stop.id], ["whom", key]]) {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name: field, value });
        form.append(input);
      }
      const button = document.createElement("button");
      button.className = "button";
      button.textContent = `${words("call")} ${word}`;
      form.append(button);
      return form;
    }));
  };

  const list = () => {
    one("[data-told]").textContent =
      `${pack.stops.filter((stop) => stop.told).length}/${pack.stops.length}`;
    one(".all").replaceChildren(...pack.stops.map((stop) => {
      const line = document.createElement("li"), link = document.createElement("a");
      link.href = `?stop=${stop.position}`;
      link.dataset.go = stop.position;
      link.textContent = `${stop.position} ${stop.place} ${pack.outcomes[stop.told] || ""}`;
      line.append(link);
      return line;
    }));
    const after = one(".after");
    if (after) after.hidden = true;
  };

  const bar = (stop, word) => {
    const last = one("[data-last]");
    last.hidden = !stop;
    if (!stop) return;
    one("[data-last-word]").textContent = `${stop.position} ${word}`;
    one("[name=stop]", last).value = stop.id;
  };

  const send = async (form, submitter) => {
    const fields = new FormData(form);
    const body = { kind: "report", happened_at: new Date(clock()).toISOString() };
    for (const [field, value] of fields) {
      if (value && !["csrf", "act", "position"].includes(field)) body[field] = value;
    }
    if (submitter && submitter.name) body[submitter.name] = submitter.value;
    if (form.dataset.act === "undo") { body.kind = "undo"; delete body.outcome; }
    const stop = stopOf(body.stop);
    const word = body.kind === "undo" ? words("undone")
      : pack.outcomes[told[body.outcome] || body.outcome];
    await queue.add({ url, body, label: `${stop.position} ${stop.place} ${word}` });
    apply({ body });
    await queue.keep(name, pack);
    if (body.kind === "undo") { bar(null); show(stop); return; }
    show(next(stop) || stop);
    bar(stop, word);
  };

  const ring = async (form) => {
    const button = one("button", form), net = one("[data-net]");
    try {
      const answer = await fetch(`/trip/${code}/numbers`, {
        method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
      const phone = answer.ok ? (await answer.json()).phone : "";
      const link = document.createElement("a");
      link.className = "button";
      link.textContent = phone || words("no_number");
      if (phone) link.href = `tel:${phone}`;
      button.replaceWith(link);
      link.focus();
      if (phone) location.href = link.href;
    } catch {
      net.textContent = words("need_net");
    }
  };

  const news = async ({ waiting, parked }) => {
    const net = one("[data-net]");
    net.className = waiting ? "waiting" : "";
    net.textContent = waiting ? words("waiting", waiting)
      : `● ${words(navigator.onLine ? "online" : "offline")}`;
    const place = one("[data-parked]");
    place.hidden = !parked;
    if (!parked) return;
    const mine = (await queue.list("park")).filter((act) => act.url === url);
    place.hidden = !mine.length;
    const lines = [words("parked", mine.length), ...mine.map((act) =>
      `${act.label}: ${(act.answer && act.answer.sentence) || act.status}`)];
    place.replaceChildren(...lines.map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }));
  };

  // Two hours after the round nothing of it may be left on the telephone.
  const gone = async () => {
    if (queue) await queue.keep(name, null);
    one("main").replaceChildren();
    const nav = one("nav"), last = one("[data-gone]");
    if (nav) nav.remove();
    if (one("#pack")) one("#pack").remove();
    if (last) last.hidden = false;
  };

  const watchTheClock = () => {
    const left = Date.parse(pack.until) - clock();
    if (left <= 0) { gone(); return false; }
    setTimeout(gone, Math.min(left, 2 ** 31 - 1));
    return true;
  };

  const start = async () => {
    if ("serviceWorker" in navigator) {
      navigator.serviceWorker.register("/trip/worker.js", { scope: "/trip/" }).catch(() => {});
    }
    const data = one("#pack");
    try {
      queue = await ActQueue.open();
    } catch {
      queue = null;
    }
    if (!queue || !queue.durable) {
      if (data) one("[data-net]").textContent = JSON.parse(data.textContent).words.not_kept;
      return; // plain forms, as without scripts
    }
    pack = data ? JSON.parse(data.textContent) : await queue.kept(name);
    if (pack && data) pack.offset = Date.parse(pack.now) - Date.now();
    if (!pack || !watchTheClock()) { await gone(); return; }
    const counts = data ? ["wait"] : ["done", "wait"];
    for (const state of counts) {
      for (const act of await queue.list(state)) if (act.url === url) apply(act);
    }
    await queue.keep(name, pack);
    await queue.forget((act) => act.url.startsWith("/trip/") && act.url !== url);
    const asked = Number(new URLSearchParams(location.search).get("stop"));
    show(pack.stops.find((stop) => stop.position === asked)
      || pack.stops.find((stop) => !stop.told) || pack.stops[0], false);
    document.addEventListener("submit", (event) => {
      const form = event.target.closest("form[data-act]");
      if (!form) return;
      event.preventDefault();
      if (form.dataset.act === "numbers") ring(form);
      else send(form, event.submitter);
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-go]");
      if (!link) return;
      event.preventDefault();
      one("[data-all]").open = false;
      show(pack.stops.find((stop) => stop.position === Number(link.dataset.go)));
    });
    for (const happening of ["online", "offline"]) {
      addEventListener(happening, async () => news({ waiting: (await queue.list("wait")).length, parked: 0 }));
    }
    addEventListener("pageshow", (event) => { if (event.persisted) watchTheClock(); });
    document.documentElement.dataset.ready = "yes";
    queue.watch(news);
  };

  start();
})();
