/* Alert rules: what a change would have done to past sessions, asked of the server and shown before anybody signs. */
(function () {
  "use strict";
  const { element, problemLines, problemBox } = window.infusion.rules;
  const { call } = window.infusion;
  const LEVELS = [["critical", "*** Critical"], ["warning", "** Warning"], ["advisory", "* Advisory"]];
  const SHOWN = 3;
  // Hundreds of sessions are judged twice.
  const REPLAY_MS = 60000;

  const perHour = (value) => (value === null || value === undefined ? "-" : value.toFixed(2));
  const plural = (count, word) => count + " " + word + (count === 1 ? "" : "s");

  function row(words, before, after, isDifferent) {
    const line = element("tr", null, isDifferent ? "rules-burden__differs" : "");
    line.append(element("th", words, "", { scope: "row" }), element("td", before, "number"), element("td", after, "number"));
    return line;
  }

  function table(report) {
    const head = element("tr", null);
    ["", "now", "changed"].forEach((words) => head.append(element("th", words, "", { scope: "col" })));
    const rows = LEVELS.map(([level, words]) => {
      const [before, after] = [report.before, report.after].map((one) => one.alerts_per_session_hour[level]);
      return row(words, perHour(before), perHour(after), before !== after);
    });
    const pairs = [
      ["Alerts in all", (one) => String(one.alerts)],
      ["That sounded", (one) => String(one.sounded)],
      ["First alert, median", (one) => (one.first_alert_median_min === null ? "-" : one.first_alert_median_min + " min")],
      ["Effects with an alert before", (one) => String(one.caught.length)],
      ["Effects without", (one) => String(one.missed.length)],
    ];
    pairs.forEach(([words, read]) => {
      const [before, after] = [read(report.before), read(report.after)];
      rows.push(row(words, before, after, before !== after));
    });
    const body = element("tbody", rows);
    return element("table", [element("caption", "Alerts per session-hour", "rules-burden__caption"), element("thead", head), body], "rules-burden__table");
  }

  function effects(words, found) {
    if (!found.length) return [];
    const told = found.slice(0, SHOWN).map((one) => one.term + (one.ctcae_grade ? " grade " + one.ctcae_grade : ""));
    const more = found.length > SHOWN ? ", and " + (found.length - SHOWN) + " more" : "";
    return [element("p", [element("b", plural(found.length, "effect") + " " + words + ": "), told.join(", ") + more], "rules-burden__effects")];
  }

  /** "sbp.high warning" as "Systolic high, warning", the same ones counted. */
  function inWords(signed, nameOfCondition) {
    const counts = new Map();
    signed.forEach((one) => counts.set(one, (counts.get(one) || 0) + 1));
    return [...counts].map(([one, count]) => {
      const [sign, about, ...level] = one.split(" ");
      return sign + " " + (count > 1 ? count + " × " : "") + nameOfCondition(about.split(":")[0]) + ", " + level.join(" ");
    });
  }

  function links(report, state) {
    if (!report.differences.length) return [];
    const some = report.differences.slice(0, SHOWN).map((one) => {
      const signed = [...one.gained.map((words) => "+ " + words), ...one.lost.map((words) => "− " + words), ...one.changed.map((words) => "± " + words)];
      return element("li", [
        element("a", "Open", "rules-burden__link", { href: "/sessions/" + one.session_id }),
        element("span", inWords(signed, state.nameOfCondition).slice(0, 3).join("; "), "small"),
      ]);
    });
    const words = "Alerts differ in " + report.sessions_with_other_alerts + " of " + plural(report.sessions, "session");
    // Who may not read sessions is told how many.
    if (!state.me.pages.includes("session")) return [element("p", words + ".", "small")];
    return [element("p", words + ", most in:", "small"), element("ul", some, "rules-burden__sessions")];
  }

  function draw(report, state) {
    if (!report.sessions) return [element("p", "No finished session yet: there is nothing to replay.", "quiet")];
    const found = report.sessions_found > report.sessions ? " of " + report.sessions_found : "";
    const hours = Math.round(report.after.session_hours);
    const which = "The newest " + report.sessions + found + " finished sessions, " + hours + " session-hours, judged by both sets of rules.";
    return [
      element("p", which, "quiet small"),
      table(report),
      ...effects("would have had an alert before", report.newly_caught),
      ...effects("would have had none before any more", report.newly_missed),
      ...links(report, state),
      element("p", "Before: within " + report.caught_within_min + " min. What people did about their alerts is as it was; a replay is no proof.", "quiet small"),
    ];
  }

  /** Replays a change into `place`; answers whether it was shown. */
  async function showBurden(place, change, state) {
    place.replaceChildren(element("p", "Replaying past sessions…", "quiet", { role: "status" }));
    const answer = await call("POST", "/api/v1/rules/replay", change, REPLAY_MS);
    if (answer.ok) {
      place.replaceChildren(...draw(answer.body, state));
      return true;
    }
    place.replaceChildren(problemBox(problemLines(answer, state.nameOf)));
    return false;
  }

  Object.assign(window.infusion.rules, { showBurden });
})();
