// The desk's pages work without this script. It adds keys, and keeps a list up to date while nobody is busy in it.
"use strict";
(() => {
  const OFF = "blogqueue-keys-off";
  let off = false;
  try { off = localStorage.getItem(OFF) === "1"; } catch { /* no storage: keys are on */ }

  const hint = document.querySelector("[data-keys]");
  const switched = document.querySelector("[data-keys-switch]");
  function show() {
    if (!hint) return;
    hint.hidden = false;
    hint.classList.toggle("off", off);
    switched.textContent = off ? "Turn keys on" : "Turn off";
  }
  switched?.addEventListener("click", () => {
    off = !off;
    try { localStorage.setItem(OFF, off ? "1" : "0"); } catch { /* for this page only */ }
    show();
  });
  show();

  const rows = () => [...document.querySelectorAll("a[data-row]")];

  function step(by) {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    next?.focus();
  }

  // A key opens a form or moves the focus; only Enter, on a button that has it, changes anything.
  function press(target) {
    if (target.tagName === "A") return target.click();
    if (target.tagName === "SUMMARY") {
      target.parentElement.open = true;
      (target.parentElement.querySelector("textarea, select") ?? target).focus();
    } else target.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (off || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") document.querySelectorAll("details[name=decision][open]").forEach((one) => { one.open = false; });
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/" && document.getElementById("q")) document.getElementById("q").focus();
    else if (target) press(target);
    else return;
    event.preventDefault();
  });

  // On a phone the desk's pages are in one row that scrolls: show the one that is open.
  document.querySelector("header nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  const live = () => document.querySelector("[data-refresh]");
  const stale = document.getElementById("stale");

  async function refresh() {
    const shown = live();
    if (document.hidden || shown.querySelector("details[open]") || shown.querySelector("form :focus")) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
      const fresh = page.querySelector("[data-refresh]");
      if (fresh.innerHTML === shown.innerHTML) return;
      shown.replaceWith(document.adoptNode(fresh));
      document.title = page.title;
      if (focused) live().querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      if (stale) stale.hidden = true;
    } catch {
      if (stale) stale.hidden = false;
    }
  }
  if (live()) setInterval(refresh, Number(live().dataset.refresh) * 1000);

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = "Copied";
    });
  });
})();
