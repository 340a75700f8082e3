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
  ActQueue.open().then((queue) => queue.watch(async () => draw(await queue.list("wait"))));
})();
