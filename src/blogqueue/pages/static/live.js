// Keeps the order's page up to date: pushed events, and asking every 5 s where those do not get through.
"use strict";
(() => {
  const POLL_MS = 5000, RETRY_MS = 60000;
  const announce = document.getElementById("announce");
  let pushed = false, loading = false, again = false;

  const box = () => document.getElementById("order");

  // What an action said is said once: a reload does not say it again.
  history.replaceState(null, "", location.pathname + location.hash);

  function centre() {
    const article = document.getElementById("article"), changed = document.getElementById("changed");
    if (article && changed && !location.hash) {
      article.scrollTop = changed.offsetTop - article.offsetTop - (article.clientHeight - changed.clientHeight) / 2;
    }
  }

  function replace(page) {
    const old = box(), fresh = page.getElementById("order");
    if (!fresh || fresh.dataset.stamp === old.dataset.stamp) return;
    const open = [...old.querySelectorAll("details[open]")].map((details) => details.id);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const article = document.getElementById("article");
    const scrolled = article && [article.dataset.version, article.scrollTop];
    old.replaceWith(fresh);
    document.title = page.title;
    const moved = fresh.dataset.status !== old.dataset.status;
    for (const id of open) {
      const details = document.getElementById(id);
      if (details && !(moved && id.startsWith("ask-"))) details.open = true;
    }
    const shown = document.getElementById("article");
    if (shown && scrolled && scrolled[0] === shown.dataset.version) shown.scrollTop = scrolled[1]; else centre();
    if (focused) ((focused.id && document.getElementById(focused.id)) || document.getElementById("where")).focus();
    if (moved) document.getElementById("said")?.remove();
    if (fresh.dataset.message !== old.dataset.message) announce.textContent = fresh.dataset.message;
  }

  async function load() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* away for a moment: the next event or the next poll comes */ }
    loading = false;
    if (again) { again = false; load(); }
  }

  let events = null;

  function listen() {
    hush();
    events = new EventSource(box().dataset.events);
    events.onmessage = (event) => {
      pushed = true;
      if (event.lastEventId !== box().dataset.stamp) load();
    };
    events.onerror = () => {
      pushed = false;
      if (events && events.readyState === EventSource.CLOSED) setTimeout(() => { if (!pushed && !document.hidden) listen(); }, RETRY_MS);
    };
  }

  function hush() {
    if (events) events.close();
    events = null;
    pushed = false;
  }

  centre();
  listen();
  setInterval(() => { if (!pushed && !document.hidden) load(); }, POLL_MS);
  // A hidden tab holds no connection: a browser opens only six to one server over HTTP/1.1, and all tabs share them.
  addEventListener("visibilitychange", () => { if (document.hidden) hush(); else { listen(); load(); } });
  addEventListener("pageshow", (event) => { if (event.persisted) load(); });
  // A second click on a button that is on its way does nothing; the server would refuse it anyway.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    // Where the answer never came, the button is not dead.
    setTimeout(() => delete form.dataset.sent, POLL_MS);
  });
})();
