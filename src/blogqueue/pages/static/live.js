// Keeps the order's page up to date: with server-sent events, and where those are blocked, by polling every 5 s.
"use strict";
(() => {
  const POLL_MS = 5000, RETRY_MS = 60000;
  const announce = document.getElementById("announce");
  let pushed = false, loading = false, again = false;

  const orderBox = () => document.getElementById("order");

  // A notice is shown once: after a reload the address no longer asks for it.
  history.replaceState(null, "", location.pathname + location.hash);

  function replace(page) {
    const old = orderBox(), fresh = page.getElementById("order");
    if (!fresh || fresh.dataset.stamp === old.dataset.stamp) return;
    const open = [...old.querySelectorAll("details[open]")].map((details) => details.id);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    document.title = page.title;
    const moved = fresh.dataset.status !== old.dataset.status;
    for (const id of open) {
      const details = document.getElementById(id);
      if (details && !(moved && id.startsWith("ask-"))) details.open = true;
    }
    if (focused) ((focused.id && document.getElementById(focused.id)) || document.getElementById("where")).focus();
    if (moved) document.getElementById("notice")?.remove();
    if (fresh.dataset.message !== old.dataset.message) announce.textContent = fresh.dataset.message;
  }

  async function load() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the server is not reachable: the next event or poll tries again */ }
    loading = false;
    if (again) { again = false; load(); }
  }

  let events = null;

  function listen() {
    stopListening();
    events = new EventSource(orderBox().dataset.events);
    events.onmessage = (event) => {
      pushed = true;
      if (event.lastEventId !== orderBox().dataset.stamp) load();
    };
    events.onerror = () => {
      pushed = false;
      if (events && events.readyState === EventSource.CLOSED) setTimeout(() => { if (!pushed && !document.hidden) listen(); }, RETRY_MS);
    };
  }

  function stopListening() {
    if (events) events.close();
    events = null;
    pushed = false;
  }

  listen();
  setInterval(() => { if (!pushed && !document.hidden) load(); }, POLL_MS);
  // A hidden tab keeps no connection open: over HTTP/1.1 all tabs of a browser share six connections to a server.
  addEventListener("visibilitychange", () => { if (document.hidden) stopListening(); else { listen(); load(); } });
  addEventListener("pageshow", (event) => { if (event.persisted) load(); });
  // A second click while the first is on its way does nothing; the server would refuse it anyway.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    // If no answer comes, the button works again after a while.
    setTimeout(() => delete form.dataset.sent, POLL_MS);
  });
})();
