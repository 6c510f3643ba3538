/* A critical alert that nobody has answered, large at the chair: it stays until somebody is at the chair, answers it at
   the panel, or it is over. Nothing moves for it: it covers the header of the session, or stands in the head of the list. */
(function () {
  "use strict";
  const { make, button } = window.infusion.entryField;
  const time = (instant) => window.infusion.clinicTime(instant);

  /** The unanswered critical alerts of a tile, the oldest first. */
  function unanswered(tile) {
    return tile.alerts.filter((one) => one.level === "critical" && one.unanswered_at && !one.acknowledged && !one.cleared_at
      && !one.withdrawn_at && !one.at_the_chair).sort((a, b) => Date.parse(a.raised_at) - Date.parse(b.raised_at));
  }

  function chairButton(alert, onChair) {
    return button("At the chair", "bedside-unanswered__chair", (event) => onChair(alert, event.currentTarget), { "data-role": "at-the-chair" });
  }

  /** Over the header of one session. `onChair(alert, button)`. */
  function paintSession(box, tile, onChair) {
    const found = unanswered(tile);
    const key = JSON.stringify([found.map((one) => [one.alert_id, one.text]), tile.chair_label]);
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    box.classList.toggle("hidden", !found.length);
    if (!found.length) { box.replaceChildren(); return; }
    const [first] = found;
    const more = found.length > 1 ? `, and ${found.length - 1} more` : "";
    const text = make("div", "bedside-unanswered__text");
    text.append(make("strong", "bedside-unanswered__words", `${window.infusion.sessionWords.levelMark("critical")} ${first.text}`),
      make("span", "bedside-unanswered__state", `Chair ${tile.chair_label}, ${tile.patient_label}: nobody has answered since ${time(first.raised_at)}${more}`));
    box.replaceChildren(text, chairButton(first, onChair));
  }

  /** In the head of the list of sessions: the oldest of all, with a link to its session. */
  function paintList(box, tiles, onChair) {
    const found = tiles.flatMap((tile) => unanswered(tile).map((alert) => ({ alert, tile })))
      .sort((a, b) => Date.parse(a.alert.raised_at) - Date.parse(b.alert.raised_at));
    const key = JSON.stringify(found.map((one) => [one.alert.alert_id, one.alert.text]));
    if (box.dataset.key === key) return;
    box.dataset.key = key;
    box.classList.toggle("bedside-list__unanswered--on", found.length > 0);
    if (!found.length) { box.replaceChildren(); return; }
    const [{ alert, tile }] = found;
    const link = make("a", "bedside-unanswered__link", undefined, { href: `/bedside/${tile.session_id}` });
    const more = found.length > 1 ? `, and ${found.length - 1} more` : "";
    link.append(make("strong", "", `Chair ${tile.chair_label}: ${alert.text}`),
      make("small", "", `nobody has answered since ${time(alert.raised_at)}${more}`));
    box.replaceChildren(link, chairButton(alert, (one, tapped) => onChair(tile, one, tapped)));
  }

  window.infusion.unanswered = { unanswered, paintSession, paintList };
})();
