/* Tells when a change of the page is in a frame. Injected before the page's own scripts.

   bench.watch(name, element, read) notes each new value of read(): `frame` is the moment of the frame that carries it
   (in the page's clock as epoch ms), `after` the moment at which that frame's layout and painting are done.
   A change made while a frame is being drawn belongs to that frame; any other to the next. */
(function () {
  "use strict";
  const askFrame = window.requestAnimationFrame.bind(window);
  const now = () => performance.timeOrigin + performance.now();
  const seen = [];
  let isInFrame = false;

  window.requestAnimationFrame = (draw) => askFrame((time) => {
    isInFrame = true;
    // The observer's microtask was queued by the change itself, so it runs before this one.
    try { draw(time); } finally { queueMicrotask(() => { isInFrame = false; }); }
  });

  function note(name, value) {
    const one = { name, value, frame: null, after: null };
    seen.push(one);
    if (isInFrame) finish(one); else askFrame(() => finish(one));
  }

  function finish(one) {
    one.frame = now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { one.after = now(); channel.port1.close(); };
    channel.port2.postMessage(null);
  }

  function watch(name, element, read) {
    let last = read();
    new MutationObserver(() => {
      const value = read();
      if (value === last) return;
      last = value;
      note(name, value);
    }).observe(element, { attributeFilter: ["data-last-ms"], characterData: true, childList: true, subtree: true });
  }

  function watchText(name, selector) {
    const element = document.querySelector(selector);
    watch(name, element, () => element.textContent);
  }

  function watchPlot(name, selector) {
    const element = document.querySelector(selector);
    watch(name, element, () => element.getAttribute("data-last-ms"));
  }

  window.bench = { seen, now, watchText, watchPlot };
})();
