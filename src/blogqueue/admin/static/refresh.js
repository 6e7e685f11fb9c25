// Keeps the dashboard up to date: reads the page again every 3 s while it is visible and nobody is using a form in it.
"use strict";
(() => {
  const EVERY_MS = 3000;
  const stale = document.getElementById("stale");

  async function refresh() {
    const live = document.getElementById("live");
    if (document.hidden || live.querySelector("details[open]") || live.querySelector("form :focus")) return;
    try {
      const answer = await fetch("/admin/queues", { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      live.replaceWith(page.getElementById("live"));
      stale.hidden = true;
    } catch {
      stale.hidden = false;
    }
  }

  setInterval(refresh, EVERY_MS);
})();
