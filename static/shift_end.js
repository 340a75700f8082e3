// The end of a shift asks this tablet what it still holds: acts that are not sent would
// be counted late. Without scripts nothing is kept here, so nothing can wait.
(() => {
  "use strict";
  const box = document.querySelector("[data-unsent]");
  if (!box || !window.ActQueue) return;
  const why = box.querySelector("[name=unsent_why]");
  const draw = (acts) => {
    box.hidden = acts.length === 0;
    box.querySelector("[name=unsent]").value = acts.length;
    box.querySelector("[data-unsent-count]").textContent = acts.length;
    why.required = acts.length > 0;
    box.querySelector("[data-unsent-list]").replaceChildren(...acts.map((act) => {
      const line = document.createElement("li");
      line.textContent = `${new Date(act.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })} ${act.label}`;
      return line;
    }));
  };
  // What this tablet recorded by itself is counted together with the server: one mark
  // for both, printed on the day's sheet; what never arrived is named.
  const tally = document.querySelector("[data-tally]");
  let told = "";
  const count = async (queue) => {
    const here = (act) => (act.body.pack || "").startsWith(tally.dataset.tally);
    const acts = (await queue.all()).filter(here);
    const asked = acts.map((act) => `${act.id} ${act.state}`).join();
    if (!acts.length || asked === told) return;
    const answer = await fetch("/api/till/tallies", {
      method: "POST", cache: "no-store",
      headers: { "Content-Type": "application/json", Accept: "application/json",
        "X-CSRF-Token": box.closest("form").querySelector("[name=csrf]").value },
      body: JSON.stringify({ pack: acts[acts.length - 1].body.pack, acts: acts.map((act) => act.id),
        device: (await queue.kept("device")) || "?" }),
    });
    if (!answer.ok) return;
    told = asked;
    const { held, missing, check } = await answer.json();
    const words = { acts: acts.length, held, check };
    for (const gap of tally.querySelectorAll("[data-fill]")) gap.textContent = words[gap.dataset.fill];
    const lost = acts.filter((act) => missing.includes(act.id) && act.state !== "wait");
    tally.querySelector("[data-missing]").hidden = lost.length === 0;
    tally.querySelector("[data-missing-list]").textContent = lost.map((act) => act.label).join("、");
    tally.hidden = false;
  };
  ActQueue.open().then((queue) => queue.watch(async () => {
    draw(await queue.list("wait"));
    if (queue.durable) count(queue).catch(() => {}); // without the network: at the next change
  }));
})();
