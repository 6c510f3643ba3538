/* A drill's pages keep "DRILL" at the beginning of their title, whoever sets it. */
(function () {
  "use strict";
  const PREFIX = "DRILL · ";
  if (!document.querySelector(".drill")) return;
  const mark = () => { if (!document.title.startsWith(PREFIX)) document.title = PREFIX + document.title; };
  mark();
  new MutationObserver(mark).observe(document.head, { childList: true, characterData: true, subtree: true });
})();
