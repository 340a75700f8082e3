// The rounds on a map, drawn from the columns beside it. Without tiles the ground is
// plain; without scripts the sketch in its place stays.
(() => {
  "use strict";

  const place = document.getElementById("map");
  if (!place || !window.L || !document.getElementById("columns")) return;
  const spot = (text) => (text ? text.split(",").map(Number) : null);

  place.hidden = false;
  const sketch = document.getElementById("sketch");
  if (sketch) sketch.hidden = true;
  const map = L.map(place, { zoomSnap: 0.25, attributionControl: Boolean(place.dataset.tiles), preferCanvas: false });
  L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
  if (place.dataset.tiles) {
    map.attributionControl.setPrefix(false);
    L.tileLayer(place.dataset.tiles, { maxZoom: 19, attribution: place.dataset.credit }).addTo(map);
  }
  const layer = L.layerGroup().addTo(map);
  let fitted = false;
  const ways = new Map();
  const EDGES = { paddingTopLeft: [56, 28], paddingBottomRight: [24, 40] }; // clear of the buttons

  const word = (text, kind) =>
    L.divIcon({ className: `pin ${kind}`, html: document.createTextNode(text).textContent.replace(/[<&>]/g, ""), iconSize: null });

  const drawRound = (column, home) => {
    const colour = `round-${column.dataset.colour}`;
    const number = column.dataset.number;
    const point = column.dataset.begins && document.querySelector(`[data-who="point-${column.dataset.begins}"]`);
    const from = point ? spot(point.dataset.at) : home;
    const way = from ? [from] : [];
    const together = new Map();
    for (const stop of column.querySelectorAll("[data-stop]")) {
      const at = spot(stop.dataset.at);
      if (!at) continue;
      way.push(at);
      const here = together.get(stop.dataset.at) || [];
      here.push(stop);
      together.set(stop.dataset.at, here);
    }
    if (way.length > 1)
      L.polyline(way, { className: `way ${colour}`, dashArray: column.dataset.dash || null, interactive: false }).addTo(layer);
    let first = true;
    for (const [at, stops] of together) {
      const labels = stops.map((stop) => stop.querySelector(".stop-code").textContent.trim().replace(/^0/, ""));
      const text = first ? `${number}` : labels.length > 1 ? `${labels[0]}–${labels[labels.length - 1]}` : labels[0];
      const marker = L.marker(spot(at), { icon: word(text, `${first ? "pin-first" : "pin-stop"} ${colour}`), keyboard: false, title: stops.map((stop) => stop.dataset.words).join("、") });
      marker.on("click", () => {
        const link = stops[0].querySelector(".stop-link");
        stops[0].scrollIntoView({ block: "nearest", inline: "nearest" });
        link.focus();
      });
      marker.addTo(layer);
      first = false;
    }
    ways.set(number, way);
    return way;
  };

  // The legend leads to a round that lies outside the picture, or is small in it.
  const lead = () => {
    for (const name of document.querySelectorAll("#legend [data-fit]")) {
      name.tabIndex = 0;
      name.setAttribute("role", "button");
    }
  };
  const follow = (event) => {
    const name = event.target.closest ? event.target.closest("#legend [data-fit]") : null;
    const way = name && ways.get(name.dataset.fit);
    if (!way || !way.length || (event.type === "keydown" && event.key !== "Enter")) return;
    map.fitBounds(L.latLngBounds(way), EDGES);
  };
  document.addEventListener("click", follow);
  document.addEventListener("keydown", follow);

  const draw = () => {
    layer.clearLayers();
    const home = spot(place.dataset.home);
    const all = home ? [home] : [];
    for (const column of document.querySelectorAll("#columns [data-round]")) all.push(...drawRound(column, home));
    for (const stop of document.querySelectorAll('[data-list=""] [data-stop]')) {
      const at = spot(stop.dataset.at);
      if (!at) continue;
      all.push(at);
      L.marker(at, { icon: word(place.dataset.waiting, "pin-waiting"), keyboard: false, title: stop.dataset.words }).addTo(layer);
    }
    if (home) L.marker(home, { icon: word(place.dataset.homeWord, "pin-home"), keyboard: false, zIndexOffset: 1000 }).addTo(layer);
    if (!fitted && all.length) {
      // One village, or a wrong coordinate, must not shrink everybody else to one dot.
      const middle = (n) => all.map((at) => at[n]).sort((a, b) => a - b)[all.length >> 1];
      const away = (at) => Math.hypot(at[0] - middle(0), at[1] - middle(1));
      const usual = all.map(away).sort((a, b) => a - b)[Math.floor(all.length * 0.9)];
      map.fitBounds(L.latLngBounds(all.filter((at) => away(at) <= 2 * usual)), EDGES);
      fitted = true;
    }
  };
  draw();
  lead();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "board") draw();
    lead();
  });

  // The stop under the hand or the eye is ringed on the map.
  const ring = L.circleMarker([0, 0], { className: "pin-ring", radius: 14, interactive: false });
  const look = (event) => {
    const stop = event.target.closest?.("[data-stop]");
    const at = stop && spot(stop.dataset.at);
    if (at) ring.setLatLng(at).addTo(map);
    else ring.remove();
  };
  document.addEventListener("focusin", look);
  document.addEventListener("pointerover", look);
})();
