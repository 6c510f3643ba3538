/* What a corrected entry said before: one line that opens, with who corrected it, when and why. For every list of entries. */
(function () {
  "use strict";
  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  };

  function versionLine(entry, amendment, weightKg, known) {
    const { entryWords } = window.infusion.entrySentences;
    const { time } = window.infusion.entryLanguage;
    const line = make("li", "versions__one");
    const before = Object.assign({ entry_id: entry.entry_id, kind: entry.kind, effective_at: amendment.effective_at_before }, amendment.before);
    const was = make("div", "versions__was");
    was.append(make("span", "quiet", "before, at " + time(amendment.effective_at_before) + ": "), make("span", "versions__words", entryWords(before, weightKg, known) || "nothing more"));
    line.append(was, make("div", "quiet small", amendment.author_name + " corrected it " + time(amendment.recorded_at) + ": " + amendment.reason));
    return line;
  }

  /** A `details` node for an entry with amendments; null for one without. */
  function versions(entry, weightKg, known) {
    const amendments = entry.amendments || [];
    if (!amendments.length) return null;
    const last = amendments[amendments.length - 1];
    const box = make("details", "versions");
    const summary = make("summary", "versions__head");
    summary.append(make("strong", "", "corrected"), " " + window.infusion.entryLanguage.time(last.recorded_at) + " by " + last.author_name);
    const list = make("ol", "versions__list");
    list.append(...amendments.slice().reverse().map((one) => versionLine(entry, one, weightKg, known)));
    box.append(summary, list);
    return box;
  }

  window.infusion.entryVersions = { versions };
})();
