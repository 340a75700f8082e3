// Acts kept in this browser until the server has answered them: one queue for the till
// and for drivers' phones. Nothing here knows what an act means.
//
//   const queue = await ActQueue.open();        // queue.durable: false = cannot keep acts
//   const id = ActQueue.newId();                // make it at the tap, once for each act
//   await queue.add({id, url, body, label});    // resolved = on the disk; sent at once
//   queue.watch(({waiting, parked, reason}) => …);   // now, and after each change
//   queue.answered((act, status, answer) => …);      // the server took it, or parked it
//   queue.soon();                               // the network seems to be back: now
//   await queue.list("wait" | "park" | "done"); // oldest first
//   await queue.keep(name, value); await queue.kept(name);  // small things beside it
//   await queue.forget((act) => …);             // drops done acts only, never others
//
// `body` is sent as JSON with `id` and `device_seq` (1, 2, 3 … of this browser: a gap is
// a lost act) put in. `label` is what people see in the list. `after: id` holds an act
// back until that one is done. What an answer means:
//   2xx                      done
//   401, 403                 stays waiting, reason "signin"
//   408, 425, 429, 5xx, no network, 8 s without answer
//                            stays waiting, reason "offline" or "busy"; sent again after
//                            1 s, 2 s, … 60 s, and at once when the network or the page
//                            comes back
//   any other                parked: kept and listed, never deleted, not sent again
// One tab sends for all (Web Locks; without them, as on plain http, a lease in the
// database). Two senders would do no harm: the server knows each id.
(() => {
  "use strict";
  const TIMEOUT = 8000, FIRST = 1000, LAST = 60000, LEASE = 20000, PATIENCE = 3;
  const LATER = new Set([408, 425, 429]);

  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID(); // not there on plain http
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = [...b].map((one) => one.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

  const openDatabase = () => {
    const request = indexedDB.open("nuancan-acts", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("acts", { keyPath: "id" }).createIndex("seq", "seq");
      request.result.createObjectStore("kept");
    };
    return asked(request);
  };

  class Queue {
    constructor(database) {
      this.database = database;
      this.durable = false;
      this.reason = "";
      this.watchers = [];
      this.listeners = [];
      this.tab = newId();
      this.token = "";
      this.wait = FIRST;
      this.timer = 0;
      this.sending = false;
      this.again = false;
      this.news = typeof BroadcastChannel === "function" ? new BroadcastChannel("nuancan-acts") : null;
      if (this.news) this.news.onmessage = () => this.tell(false);
    }

    // Rows. Resolved only when the transaction is on the disk.
    change(work) {
      return new Promise((done, failed) => {
        const transaction = this.database.transaction(
          ["acts", "kept"], "readwrite", { durability: "strict" });
        let result;
        transaction.oncomplete = () => done(result);
        transaction.onabort = transaction.onerror = () => failed(transaction.error);
        result = work(transaction.objectStore("acts"), transaction.objectStore("kept"),
          (value) => { result = value; });
      });
    }

    async all() {
      const acts = this.database.transaction("acts").objectStore("acts");
      return asked(acts.index("seq").getAll());
    }

    async list(state) { return (await this.all()).filter((act) => act.state === state); }

    kept(name) {
      return asked(this.database.transaction("kept").objectStore("kept").get(name));
    }

    keep(name, value) { return this.change((_acts, kept) => { kept.put(value, name); }); }

    async add({ id = newId(), url, body = {}, label = "", after = "" }) {
      await this.change((acts, kept) => {
        kept.get("seq").onsuccess = (event) => {
          const seq = (event.target.result || 0) + 1;
          kept.put(seq, "seq");
          acts.add({
            id, seq, url, label, after, at: new Date().toISOString(), state: "wait",
            body: { ...body, id, device_seq: seq }, status: 0, answer: null,
          });
        };
      });
      await this.tell(true);
      this.flush();
      return id;
    }

    async forget(chosen) {
      const gone = (await this.list("done")).filter(chosen);
      await this.change((acts) => { for (const act of gone) acts.delete(act.id); });
    }

    // News
    watch(watcher) { this.watchers.push(watcher); return this.tell(false); }

    answered(listener) { this.listeners.push(listener); }

    async tell(others) {
      const acts = await this.all();
      const count = (state) => acts.filter((act) => act.state === state).length;
      const waiting = count("wait");
      if (waiting === 0 && this.reason !== "storage") this.reason = "";
      const state = { waiting, parked: count("park"), reason: this.reason };
      window[waiting && this.reason !== "signin" ? "addEventListener" : "removeEventListener"]("beforeunload", warn);
      for (const watcher of this.watchers) watcher(state);
      if (others && this.news) this.news.postMessage("changed");
    }

    // Sending
    soon() { this.wait = FIRST; return this.flush(); } // something says the network is back

    async flush() {
      clearTimeout(this.timer);
      if (this.sending) { this.again = true; return; }
      this.sending = true;
      try {
        do {
          this.again = false;
          await this.alone(() => this.sendAll());
        } while (this.again);
      } catch { // the database went away: the acts are in it, later again
        this.reason = "storage";
      } finally {
        this.sending = false;
      }
      const left = (await this.list("wait")).length;
      if (left) this.timer = setTimeout(() => this.flush(), this.wait * (0.75 + Math.random() / 2));
      this.wait = left ? Math.min(this.wait * 2, LAST) : FIRST;
    }

    alone(work) {
      if (navigator.locks) {
        return navigator.locks.request("nuancan-acts", { ifAvailable: true },
          (lock) => (lock ? work() : undefined));
      }
      return this.lease().then((mine) => (mine ? work() : undefined));
    }

    lease() {
      return this.change((_acts, kept, answer) => {
        kept.get("sender").onsuccess = (event) => {
          const held = event.target.result, now = Date.now();
          const mine = !held || held.tab === this.tab || held.until < now || held.until > now + LEASE;
          if (mine) kept.put({ tab: this.tab, until: now + LEASE }, "sender");
          answer(mine);
        };
      });
    }

    async sendAll() {
      const passed = new Set();
      let failed = 0;
      for (;;) {
        const acts = await this.all();
        const open = new Set(acts.filter((one) => one.state !== "done").map((one) => one.id));
        const act = acts.find((one) => one.state === "wait" && !passed.has(one.id) && !open.has(one.after));
        if (!act) return;
        if (!navigator.locks && !(await this.lease())) return;
        passed.add(act.id);
        const reason = await this.send(act);
        if (reason === "signin" || (reason === "offline" && ++failed === PATIENCE)) {
          this.reason = reason;
          return this.tell(true);
        }
        if (reason) {
          this.reason = reason;
          await this.tell(true);
        } else {
          this.wait = FIRST;
        }
      }
    }

    // "" when the server has spoken, else why the act still waits.
    async send(act) {
      let status, answer;
      try {
        [status, answer] = await this.post(act, this.token);
        if (status === 403 || status === 401) {
          this.token = await this.freshToken();
          if (!this.token) return "signin";
          [status, answer] = await this.post(act, this.token);
        }
      } catch {
        return "offline";
      }
      if (status === 401 || status === 403) return "signin";
      if (status >= 500 || LATER.has(status)) return "busy";
      const state = status >= 200 && status < 300 ? "done" : "park";
      await this.change((acts) => { acts.put({ ...act, state, status, answer }); });
      await this.tell(true);
      for (const listener of this.listeners) listener({ ...act, state }, status, answer);
      return "";
    }

    post(act, token) {
      return ask(act.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
        body: JSON.stringify(act.body),
      });
    }

    // The token of whoever is signed in now; "" when nobody is.
    async freshToken() {
      const [status, session] = await ask("/api/session", { headers: { Accept: "application/json" } });
      return status === 200 ? session.csrf : "";
    }

    async probe() {
      try {
        const name = "probe";
        await this.keep(name, new Date().toISOString());
        this.durable = Boolean(await this.kept(name));
        if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
      } catch {
        this.reason = "storage";
      }
    }
  }

  const ask = async (url, how) => {
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), TIMEOUT);
    try {
      const response = await fetch(url, {
        ...how, signal: stop.signal, credentials: "same-origin", cache: "no-store", redirect: "error" });
      const text = await response.text();
      let answer = null;
      try { answer = JSON.parse(text); } catch { answer = null; }
      return [response.status, answer];
    } finally {
      clearTimeout(clock);
    }
  };

  const warn = (event) => { event.preventDefault(); };

  // Where nothing can be kept, the page still learns so instead of failing.
  const nowhere = { durable: false, watch() {}, answered() {}, list: async () => [], kept: async () => null,
    keep: async () => {}, forget: async () => {}, flush() {},
    soon() {}, add: async () => { throw new Error("nothing can be kept in this browser"); } };

  const open = async () => {
    let queue;
    try {
      queue = new Queue(await openDatabase());
      await queue.probe();
    } catch {
      return nowhere;
    }
    if (!queue.durable) return nowhere;
    const soon = () => queue.soon();
    window.addEventListener("online", soon);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
    soon();
    return queue;
  };

  let opened;
  window.ActQueue = { newId, open: () => (opened = opened || open()) };
})();
