// Shows times in the reader's zone; the time in UTC, which the page has without script, stays in the title.
"use strict";
(() => {
  const moment = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

  function convert() {
    for (const time of document.querySelectorAll("time[data-local]:not([title])")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = time.textContent.includes("UTC") ? time.textContent : `${time.textContent} UTC`;
      time.textContent = moment.format(at);
    }
  }

  convert();
  // Pages that keep themselves up to date replace parts of themselves.
  new MutationObserver(convert).observe(document.body, { childList: true, subtree: true });
})();
