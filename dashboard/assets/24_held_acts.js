/* What holds the start of ready sessions and the discharge home of those in recovery, asked of the server: an item is met
   or held again by the clock alone, so that it is no part of a tile. Asked anew after a hand entry and every half minute;
   an answer older than a minute and a half is taken for not known (S2). A physician overrides what was read, no more:
   the override names it, and the server refuses it where other items hold by then. */
(function () {
  "use strict";
  const AGAIN_MS = 30000;
  const SOON_MS = 1000;
  const OLD_MS = 90000;
  const ACTS = { planned: "start", ready: "start", recovery: "discharge" };

  /** The answer of the server for one act: {act, held: [items], cautions: [items]}. */
  function gateOf(answer, act) {
    const ids = new Set(answer[act + "_held"]);
    return {
      act,
      held: answer[act].filter((item) => ids.has(item.rule_id)),
      cautions: answer[act].filter((item) => !item.is_held),
    };
  }

  const idsOf = (gate) => gate.held.map((item) => item.rule_id).join(" ");

  /** `onNews(sessionId, gate)` is called with each answer, and with null when it is not known (any more). */
  function create(onNews) {
    const known = new Map();       // session -> {askAt, askedAt, isAsking, act, isTold}
    const unanswered = new Map();  // entry id -> the override as sent, while it is not known what became of it
    let isForbidden = false;
    let isStopped = false;

    async function ask(id, now) {
      const one = known.get(id);
      one.isAsking = true;
      one.askAt = now + AGAIN_MS;
      const { act } = one;
      const answer = await window.infusion.call("GET", "/api/v1/sessions/" + id + "/gates");
      one.isAsking = false;
      if (isStopped || known.get(id) !== one) return null;
      if (answer.status === 403) isForbidden = true;
      // An answer about another act says nothing of this one: its empty list is not "not held".
      if (!answer.ok || one.act !== act || answer.body.act !== act) return null;
      one.askedAt = now;
      one.isTold = true;
      const gate = gateOf(answer.body, act);
      onNews(id, gate);
      return gate;
    }

    function forget(id) {
      const one = known.get(id);
      known.delete(id);
      if (one && one.isTold) onNews(id, null);
    }

    /** Sends a physician's override; "" when it is recorded, else why not. What holds now must be what was read (`read`),
        else it is shown first. Where the answer was lost the same entry is sent as it was: it is recorded once. */
    async function override(sessionId, read, entry) {
      if (unanswered.has(entry.entry_id)) return sendOverride(sessionId, unanswered.get(entry.entry_id));
      const newest = known.has(sessionId) ? await ask(sessionId, performance.now()) : null;
      if (!newest) return "Not recorded: what holds it could not be read again. Press once more.";
      if (!read || idsOf(newest) !== idsOf(read)) return "Not recorded: the list above has just changed. Read it and press once more.";
      if (!newest.held.length) return "Not recorded: nothing is held any more.";
      return sendOverride(sessionId, Object.assign({ overridden: idsOf(newest) }, entry));
    }

    async function sendOverride(sessionId, entry) {
      unanswered.set(entry.entry_id, entry);
      const answer = await window.infusion.sessionEntries.postEntry(sessionId, entry);
      if (answer.said) return answer.said;
      unanswered.delete(entry.entry_id);
      if (["recorded", "duplicate"].includes(answer.outcome)) return "";
      if (known.has(sessionId)) ask(sessionId, performance.now());
      // The items that hold stand in the list above.
      const about = answer.problems.find((one) => one.field === "overridden");
      return "Not recorded: " + (about ? [about] : answer.problems).map((one) => one.reason).join("; ") + (about ? ". Read the list above and press once more." : "");
    }

    return {
      override,
      /** Once a second with the tiles as they are: asks where it is time. */
      tick(tiles, now) {
        tiles.forEach((tile) => {
          const id = tile.session_id;
          const act = ACTS[tile.status];
          const one = known.get(id);
          if (!act || isForbidden) { if (one) forget(id); return; }
          if (!one || one.act !== act) { forget(id); known.set(id, { act, askAt: now, askedAt: now, isAsking: false, isTold: false }); }
          const state = known.get(id);
          if (!state.isAsking && now >= state.askAt) ask(id, now);
          if (state.isTold && now - state.askedAt > OLD_MS) { state.isTold = false; onNews(id, null); }
        });
        const ids = new Set(tiles.map((tile) => tile.session_id));
        Array.from(known.keys()).forEach((id) => { if (!ids.has(id)) forget(id); });
      },
      /** Somebody has entered something into the session. */
      soon(id, now) { const one = known.get(id); if (one) one.askAt = Math.min(one.askAt, now + SOON_MS); },
      /** Asks at once; answers the gate, or null when the server did not say. */
      async now(id, now) { return known.has(id) ? ask(id, now) : null; },
      stop() { isStopped = true; known.clear(); },
    };
  }

  window.infusion.heldActs = { create };
})();
