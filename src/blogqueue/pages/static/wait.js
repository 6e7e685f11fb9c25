// Waits for a payment: asks for the page again until the server answers with the order instead.
"use strict";
(() => {
  const FAST_MS = 4000, SLOW_MS = 20000, FAST_TRIES = 15;
  let tries = 0;

  async function look() {
    tries += 1;
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (answer.ok && answer.redirected) { location.replace(answer.url); return; }
      } catch { /* the server is not reachable: the next look tries again */ }
    }
    setTimeout(look, tries < FAST_TRIES ? FAST_MS : SLOW_MS);
  }

  setTimeout(look, FAST_MS);
})();
