/* The pause of the panel's sound: two minutes at most, on this screen alone, gone after a reload. It covers what sounds
   in the moment of pausing and nothing else: whatever begins to sound after that, and whatever becomes more severe, ends
   it at once and is heard (S3). It changes no alert: nothing is acknowledged, and what goes beyond the panel goes. Pure. */
(function () {
  "use strict";
  const LONGEST_MS = 120000;
  const RANK = { critical: 3, warning: 2, advisory: 1 };

  function worst(sounding) {
    return sounding.reduce((level, alert) => (RANK[alert.level] > (RANK[level] || 0) ? alert.level : level), null);
  }

  function create() {
    let pause = null;              // {until, by, covered: Map of alert id -> rank}

    function isCovered(alert) { return RANK[alert.level] <= (pause.covered.get(alert.alert_id) || 0); }

    /** What falls silent during the pause is covered no longer: if it comes back, it is heard. */
    function keepOnly(sounding) {
      const ids = new Set(sounding.map((alert) => alert.alert_id));
      Array.from(pause.covered.keys()).forEach((id) => { if (!ids.has(id)) pause.covered.delete(id); });
    }

    /** The level to be heard now, null for silence; `sounding` are the alerts that would sound without a pause. */
    function heard(sounding, now) {
      if (pause) {
        keepOnly(sounding);
        if (now >= pause.until || pause.covered.size === 0 || !sounding.every(isCovered)) pause = null;
      }
      return pause ? null : worst(sounding);
    }

    return {
      heard,
      /** Silences what sounds now; without any sound there is nothing to pause. A second pause is never longer. */
      begin(sounding, now, by) {
        if (pause || !sounding.length) return;
        pause = { until: now + LONGEST_MS, by, covered: new Map(sounding.map((alert) => [alert.alert_id, RANK[alert.level]])) };
      },
      end() { pause = null; },
      /** Who paused and for how long still, in ms; null without a pause. */
      state(now) { return pause ? { by: pause.by, leftMs: Math.max(0, pause.until - now) } : null; },
    };
  }

  window.infusion.panelPause = { create };
})();
