// Keeps the dashboard up to date: with server-sent events that carry the page's live part, and where those are blocked, by
// reading the page again. Says since when the numbers are old as soon as neither works. Stops while the page is hidden.
"use strict";
(() => {
  const STALE_MS = 10000, POLL_MS = 5000;
  const stale = document.getElementById("stale");
  let fresh = Date.now(), down = "", events = null, polled = 0;

  // A form that somebody is using is not replaced under their hands.
  const inUse = (live) => [...live.querySelectorAll("details[open]")].some((one) => one.querySelector("form")) ||
    live.querySelector("form :focus") !== null;

  function show(html) {
    fresh = Date.now();
    down = "";
    const live = document.getElementById("live");
    const next = new DOMParser().parseFromString(html, "text/html").getElementById("live");
    if (!next || inUse(live)) return;
    const focused = document.activeElement && live.contains(document.activeElement) ? document.activeElement : null;
    const at = focused && [...live.querySelectorAll("a, summary, button")].indexOf(focused);
    for (const one of live.querySelectorAll("details[open]")) {
      const same = next.querySelector(`#${CSS.escape(one.id)}`);
      if (same) same.open = true;
    }
    // The alerts that were there before are not read aloud again.
    const known = new Set([...live.querySelectorAll("[role=alert]")].map((one) => one.textContent));
    for (const one of next.querySelectorAll("[role=alert]")) if (known.has(one.textContent)) one.removeAttribute("role");
    live.replaceWith(next);
    if (focused) next.querySelectorAll("a, summary, button")[at]?.focus();
  }

  async function poll() {
    polled = Date.now();
    try {
      const answer = await fetch(stale.dataset.page, { headers: { Accept: "text/html" }, redirect: "error", cache: "no-store" });
      if (answer.ok) show(await answer.text());
    } catch { /* the banner says so */ }
  }

  function listen() {
    stop();
    events = new EventSource(stale.dataset.events);
    events.addEventListener("live", (event) => show(event.data));
    events.addEventListener("same", () => { fresh = Date.now(); down = ""; });
    events.addEventListener("down", (event) => { down = event.data; });
    events.onerror = () => { if (events && events.readyState === EventSource.CLOSED) stop(); };
  }

  function stop() {
    if (events) events.close();
    events = null;
  }

  function look() {
    if (document.hidden) return;
    const age = Date.now() - fresh;
    if (age > STALE_MS && Date.now() - polled > POLL_MS) {
      if (!events) listen();
      poll();
    }
    const old = down !== "" || age > STALE_MS;
    if (old) {
      const since = new Date(fresh).toLocaleTimeString();
      const text = `${down || "The server does not answer."} These numbers are stale since ${since}.`;
      if (stale.textContent !== text) stale.textContent = text;
    }
    stale.hidden = !old;
  }

  listen();
  setInterval(look, 1000);
  addEventListener("visibilitychange", () => { if (document.hidden) stop(); else { listen(); poll(); } });
})();
