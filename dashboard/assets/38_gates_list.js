/* The list of a gate on the tablet: its title with the age of what it says, the items by groups, each leading to the form
   that answers it, and the time that is left. `standing` is what the server said of this very act ({held, overridden,
   cautions, by, at, isOld}), null while it was not asked about it: then nothing is said to be met (S2). */
(function () {
  "use strict";
  const { clock } = window.infusion;
  const { make, button } = window.infusion.entryField;
  const SHOWN_OF_A_GROUP = 4;
  const NAMED_IN_A_LINE = 2;
  // Met by one more set, not by the time alone.
  const NEEDS_A_SET = "discharge.sets_apart.held";
  const time = (instant) => window.infusion.clinicTime(instant);
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const minutesSeconds = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
  const viewOf = (gate, item) => (gate.places[item.rule_id] || [])[1] || "";

  /** "3 items hold the start"; what is old speaks of then, with its time. */
  function titleOf(gate, standing) {
    if (!standing) return `What holds ${gate.holds} is not read yet`;
    const count = standing.held.length;
    const who = count ? `${count} ${count === 1 ? "item" : "items"}` : "Nothing";
    if (standing.isOld) return `${who} held ${gate.holds} at ${time(standing.at)}, not read since`;
    return `${who} ${count > 1 ? "hold" : "holds"} ${gate.holds}`;
  }

  /** `known`: the newest answer, also one about another act: {answer, at}. */
  function asOfWords(standing, known) {
    if (!standing) return known.answer ? `last asked at ${time(known.at)}, while ${known.answer.status}` : "";
    const { overridden, by } = standing;
    return by && overridden.length ? `${overridden.length} overridden by ${by}` : "";
  }

  /** One line: the title, and the first items by name. */
  function lineWords(gate, standing) {
    const names = standing ? standing.held.map((one) => one.words) : [];
    if (!names.length) return titleOf(gate, standing);
    const more = names.length - NAMED_IN_A_LINE;
    return `${titleOf(gate, standing)}: ${names.slice(0, NAMED_IN_A_LINE).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  }

  function paintHead(gate, frame, standing, known) {
    put(frame.querySelector('[data-show="gate-title"]'), titleOf(gate, standing));
    put(frame.querySelector('[data-show="gate-as-of"]'), asOfWords(standing, known));
  }

  /** Head and items of one frame; true when the items were built anew. */
  function paintFrame(gate, frame, standing, known, openView) {
    const { held, cautions } = standing || { held: [], cautions: [] };
    paintHead(gate, frame, standing, known);
    const ways = frame.querySelector('[data-role="gate-ways"]');
    if (ways) ways.classList.toggle("hidden", !held.length);
    const list = frame.querySelector('[data-role="gate-groups"]');
    const key = JSON.stringify([held, cautions]);
    if (list.dataset.key === key) return false;
    list.dataset.key = key;
    const isShort = Boolean(list.dataset.short);
    list.replaceChildren(...gate.groups.map((group) => groupNode(gate, group, held, isShort, openView)).filter(Boolean));
    const words = cautions.map((one) => [one.words, one.detail].filter(Boolean).join(", ")).join("; ");
    put(frame.querySelector('[data-role="gate-cautions"]'), words ? `Cautions, nothing is held: ${words}` : "");
    return true;
  }

  function groupNode(gate, group, held, isShort, openView) {
    const items = held.filter((one) => (gate.places[one.rule_id] || [group])[0] === group);
    if (!items.length) return null;
    const room = items.length === held.length ? SHOWN_OF_A_GROUP * 2 : SHOWN_OF_A_GROUP;
    const shown = isShort && items.length > room ? items.slice(0, room - 1) : items;
    const node = make("div", `gate__group${items.length > SHOWN_OF_A_GROUP + 1 ? " gate__group--wide" : ""}`);
    const row = make("div", "gate__items");
    row.append(...shown.map((one) => itemNode(gate, group, one, openView)));
    node.append(make("h3", "gate__group-title", group), row);
    const more = items.length - shown.length;
    if (more) row.append(button(`and ${more} more`, "gate__item gate__more", () => openView(viewOf(gate, items[0]))));
    return node;
  }

  /** Under the heading "Baseline" the word baseline says nothing. */
  function wordsIn(group, text) {
    const start = `${group.toLowerCase()} `;
    return capital(text.startsWith(start) ? text.slice(start.length) : text);
  }

  function itemNode(gate, group, item, openView) {
    const view = viewOf(gate, item);
    const node = view ? button("", "gate__item", () => openView(view), { "data-rule": item.rule_id }) : make("div", "gate__item gate__item--waits", "", { "data-rule": item.rule_id });
    node.title = item.citation || "";
    node.append(make("strong", "gate__words", wordsIn(group, item.words)));
    const detail = make("small", "gate__detail", item.detail || "");
    if (item.not_before) Object.assign(detail.dataset, { until: item.not_before, metBy: item.rule_id });
    node.append(detail);
    return node;
  }

  /** Counts down what time meets; true when the time of an item is over, so that the server is asked again. */
  function countDown(screen) {
    let isOver = false;
    screen.querySelectorAll(".gate__detail[data-until]").forEach((node) => {
      const left = Date.parse(node.dataset.until) - clock.now();
      const needsSet = node.dataset.metBy === NEEDS_A_SET;
      if (left > 0 && needsSet) put(node, `next set in ${minutesSeconds(left)}, from ${time(node.dataset.until)} on`);
      else if (left > 0) put(node, `${minutesSeconds(left)} left, until ${time(node.dataset.until)}`);
      else put(node, needsSet ? "one more stable set" : "over, asking");
      isOver = isOver || (left <= 0 && !needsSet);
    });
    return isOver;
  }

  window.infusion.gateList = { titleOf, lineWords, paintHead, paintFrame, countDown };
})();
