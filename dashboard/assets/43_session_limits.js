/* The limits in force in one session, as the server says (`limits` of the timeline), and the two forms by which a physician
   sets them for this patient: one limit of one rule, or the oxygen target, each with a reason. The forms stay while a
   reason is typed, whatever arrives meanwhile. */
(function () {
  "use strict";
  const LEVELS = ["advisory", "warning", "critical"];
  // Limits of no vital sign, by the first part of their rule.
  const OTHERS = { rate: "Rate", dose: "Dose", bolus: "Bolus" };
  const TARGETS = { usual: "Usual", target_88_92: "88\u201392 %" };
  const lang = () => window.infusion.entryLanguage;
  const time = (instant) => window.infusion.clinicTime(instant);

  function el(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  const nameOf = (limit) => limit.sign_name || OTHERS[limit.rule_id.split(".")[0]] || "Other";
  const inUnits = (words) => words.replace(/ Cel$/, " \u00b0C");

  /** "over 120 /min" of "Heart rate over 120 /min": the row says the name. */
  function shortWords(limit) {
    const name = nameOf(limit);
    return inUnits(limit.words.startsWith(name + " ") ? limit.words.slice(name.length + 1) : limit.words);
  }

  function clinicWords(limit) { return limit.is_own ? inUnits("clinic " + lang().number(limit.clinic_limit) + (limit.unit ? " " + limit.unit : "")) : ""; }

  // ------------------------------------------------------------------ the table
  function cellOf(limits) {
    const cell = el("span", "limits__cell");
    limits.forEach((limit) => {
      const line = el("span", "limits__limit", shortWords(limit));
      if (limit.is_own) { line.dataset.own = ""; line.append(el("small", "", "own limit, " + clinicWords(limit))); }
      if (limit.is_off) { line.dataset.off = ""; line.title = "Does not count in this session"; line.append(el("small", "", "off")); }
      cell.append(line);
    });
    return cell;
  }

  function rowsOf(limits) {
    const names = [...new Set(limits.map(nameOf))];
    return names.map((name) => {
      const row = el("div", "limits__row");
      row.append(el("span", "limits__name", name));
      LEVELS.forEach((level) => row.append(cellOf(limits.filter((one) => nameOf(one) === name && one.level === level))));
      return row;
    });
  }

  function ownRows(tile) {
    const said = (tile.own_limits || []).map((own) => [window.infusion.panelWords.ownWords(own) + ", " + own.level, own.reason, own.by + ", " + time(own.at)]);
    if (tile.oxygen_target) said.push(["Oxygen target " + TARGETS[tile.oxygen_target.target], tile.oxygen_target.reason, tile.oxygen_target.by]);
    return said.map(([what, why, who]) => {
      const line = el("p", "limits__own-line");
      line.append(el("strong", "", what), " \u2013 " + why, el("span", "quiet", " " + who));
      return line;
    });
  }

  // ------------------------------------------------------------------ the forms
  function chooser(limits) {
    const select = el("select");
    select.name = "rule_id";
    select.append(new Option("Choose a limit", ""));
    [...new Set(limits.map(nameOf))].forEach((name) => {
      const group = document.createElement("optgroup");
      group.label = name;
      limits.filter((one) => nameOf(one) === name && !one.is_off)
        .forEach((one) => group.append(new Option(nameOf(one) + ": " + shortWords(one) + " (" + one.level + ")", one.rule_id)));
      if (group.children.length) select.append(group);
    });
    return select;
  }

  function labelled(words, input) {
    const label = el("label", "reason__label", words);
    label.append(input);
    return label;
  }

  /** The fields of a new limit: which one, and how much; {node, entry(), said()}. */
  function limitFields(limits) {
    const node = el("div", "limits__fields");
    const rule = chooser(limits);
    const value = el("input");
    Object.assign(value, { name: "limit", type: "text", inputMode: "decimal", autocomplete: "off" });
    const now = el("p", "limits__now quiet small");
    rule.addEventListener("change", () => {
      const chosen = limits.find((one) => one.rule_id === rule.value);
      now.textContent = chosen ? inUnits("Now " + lang().number(chosen.limit) + (chosen.unit ? " " + chosen.unit : "")) + (chosen.is_own ? ", " + clinicWords(chosen) : "") : "";
    });
    node.append(labelled("Limit of", rule), labelled("New limit", value), now);
    return {
      node, focus: () => rule.focus(),
      entry: () => ({ kind: "patient_limit", rule_id: rule.value, limit: value.value.trim().replace(",", ".") }),
      missing: () => (!rule.value ? "Choose which limit." : !value.value.trim() ? "Write the new limit." : ""),
    };
  }

  function targetFields() {
    const node = el("div", "limits__fields");
    const select = el("select");
    select.name = "target";
    select.append(new Option("Choose a target", ""), ...Object.entries(TARGETS).map(([code, words]) => new Option(words, code)));
    node.append(labelled("Saturation to aim for", select),
      el("p", "limits__now quiet small", "88\u201392 % only for confirmed hypercapnic respiratory failure. NEWS2 then reads SpO2 on its scale 2."));
    return {
      node, focus: () => select.focus(), entry: () => ({ kind: "oxygen_target", target: select.value }),
      missing: () => (select.value ? "" : "Choose a target."),
    };
  }

  const FORMS = {
    limit: { open: "Set a limit for this patient", save: "Set this limit", question: "Why this patient needs another limit. Shown on the tile with your name.", fields: (record) => limitFields(record.limits) },
    target: { open: "Set the oxygen target", save: "Set the target", question: "Why. Shown on the tile with your name.", fields: targetFields },
  };

  // ------------------------------------------------------------------ the card
  function create(root, sessionId) {
    const rows = root.querySelector("#session--limit-rows");
    const own = root.querySelector("#session--own-limits");
    const forms = root.querySelector("#session--limit-forms");
    let record = null;
    let drawn = "";

    function openForm(name) {
      const said = FORMS[name];
      const fields = said.fields(record);
      const form = window.infusion.sessionEntries.reasonForm({
        question: said.question, save: said.save, saveRole: name + "-save",
        send: async (id, reason) => fields.missing()
          || window.infusion.sessionEntries.sendEntry(sessionId, Object.assign({ entry_id: id, reason }, fields.entry())),
        // The same reason with another limit is another entry.
        content: () => JSON.stringify(fields.entry()),
        done: () => { form.remove(); showOpeners(); },
      });
      form.prepend(fields.node);
      form.dataset.form = name;
      forms.replaceChildren(form);
      fields.focus();
    }

    function showOpeners() {
      if (forms.querySelector("form")) return;
      const may = window.infusion.me.role === "physician" && record.isOpen;
      if (may === Boolean(forms.firstChild)) return;
      forms.replaceChildren(...(may ? Object.keys(FORMS).map((name) => {
        const button = el("button", "", FORMS[name].open);
        button.type = "button";
        button.dataset.role = "set-" + name;
        button.addEventListener("click", () => openForm(name));
        return button;
      }) : []));
    }

    function show(next) {
      record = next;
      const { tile } = record;
      const wanted = JSON.stringify([record.limits, tile.own_limits, tile.oxygen_target, record.isJudged]);
      if (wanted !== drawn) {
        drawn = wanted;
        rows.replaceChildren(...rowsOf(record.limits));
        own.replaceChildren(...ownRows(tile));
        const count = record.limits.filter((one) => one.is_own).length;
        const said = count ? count + " set for this patient" : "those of the clinic";
        root.querySelector('[data-show="limits_words"]').textContent = record.isJudged ? said : "not judged: outside this rule set";
      }
      showOpeners();
    }

    return { show };
  }

  window.infusion.sessionLimits = { create };
})();
