// A tablet that was lost wipes the names it holds as soon as it speaks with the server:
// it has no session any more, so whether it was lost is asked by its own key. What was
// not sent yet stays: it is money, and goes up when the tablet is found.
//
//   Tablet.lost(queue);  // → true once it is wiped
(() => {
  "use strict";
  if (!window.ActQueue) return;
  const lost = async (queue) => {
    const key = await queue.kept("device");
    if (!key) return false;
    try {
      const answer = await fetch(`/api/till/tablets/${key}`, { cache: "no-store", headers: { Accept: "application/json" } });
      if (!answer.ok || !(await answer.json()).blocked) return false;
    } catch { return false; } // no network: at the next chance
    await queue.keep("pack", null);
    await queue.forget(() => true);
    return true;
  };
  window.Tablet = { lost };
  if (!document.getElementById("till-net")) ActQueue.open().then(lost); // at the door
})();
