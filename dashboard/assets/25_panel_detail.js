/* The detail of one session, opened by a tap on its tile, in the side column above the alerts: NEWS2 with what it cannot
   see, further values, what a physician has set for this patient and why, and what holds the start or the discharge with
   the physician's override. Only rows whose words changed are written; a reason being typed is never touched. */
(function () {
  "use strict";
  const { words, age, decimals, chairName, readSign, news2Words, sedationWords, ownWords, NO_VALUE, OPEN } = window.infusion.panelWords;
  const { el } = window.infusion.panelTile;
  const MORE_SIGNS = [
    ["EtCO2", "end_tidal_co2_mmhg", "mmHg"], ["Mean pressure", "mean_arterial_mmhg", "mmHg"], ["Temperature", "temperature_celsius", "\u00b0C"],
  ];
  const ACVPU = { alert: "alert", new_confusion: "newly confused", voice: "answers to voice", pain: "answers to pain", unresponsive: "unresponsive" };

  function time(instant) { return window.infusion.clinicTime(instant); }

  // ------------------------------------------------------------------ rows: [title, text, isOld, further lines]
  function news2Rows(tile, now, notes) {
    const news2 = tile.news2;
    if (!news2) return [["NEWS2", "not scored: no value yet", false, []]];
    const { isOld } = news2Words(news2, now);
    const [score, ...parts] = news2.words.replace(/^NEWS2 /, "").split("; ");
    const at = "as of " + time(news2.as_of) + (isOld ? ", old: a value in it no longer counts" : "");
    return [["NEWS2", score, isOld, [...parts, at, news2.is_partial ? notes.without : "", notes.note, notes.source]]];
  }

  function signRow([title, name, unit], tile, now) {
    const state = readSign(tile.signs[name], now, !OPEN.includes(tile.status));
    const value = state.text === NO_VALUE ? "" : state.text + " " + unit + ", ";
    return [title, value + state.age + (state.isStale ? " old" : ""), Boolean(state.isStale), []];
  }

  function valueRows(tile, now) {
    const sedation = sedationWords(tile.sedation, now);
    const acvpu = tile.acvpu;
    return [
      ["Sedation", sedation.text || "none yet", sedation.isOld, []],
      ["ACVPU", acvpu ? ACVPU[acvpu.value] + ", " + age(now - Date.parse(acvpu.at)) : "none yet", false, []],
    ].concat(MORE_SIGNS.map((sign) => signRow(sign, tile, now)));
  }

  function physicianRows(tile) {
    const rows = (tile.own_limits || []).map((own) => ["Own limit", ownWords(own) + ", " + own.level, false, [own.reason + " \u2013 " + own.by + ", " + time(own.at)]]);
    const target = tile.oxygen_target;
    if (target) rows.push(["Oxygen target", target.target === "usual" ? "usual" : "88\u201392 %", false, [target.reason + " \u2013 " + target.by]]);
    if (tile.start_override_by) rows.push(["Start", "overridden by " + tile.start_override_by, false, [tile.start_override_reason]]);
    if (tile.discharge_override_by) rows.push(["Discharge", "overridden by " + tile.discharge_override_by, false, [tile.discharge_override_reason]]);
    return rows;
  }

  function itemLine(item) {
    const until = item.not_before ? "from " + time(item.not_before) : "";
    return item.words + [item.detail, until].filter(Boolean).map((one) => ", " + one).join("");
  }

  function gateRows(gate) {
    if (!gate) return [];
    const act = gate.act === "start" ? "Start" : "Discharge";
    const rows = gate.held.length ? [[act, "held: " + gate.held.length + (gate.held.length === 1 ? " item" : " items"), false, gate.held.map(itemLine)]]
      : [[act, "not held", false, []]];
    if (gate.cautions.length) rows.push(["Caution", "holds nothing", false, gate.cautions.map(itemLine)]);
    return rows;
  }

  const OVERRIDES = {
    start: { kind: "start_override", open: "Override the start gate", question: "Why may this infusion start? The reason stands in the record under your name." },
    discharge: { kind: "discharge_override", open: "Override the discharge gate", question: "Why may this patient go home? The reason stands in the record under your name." },
  };

  /** Writes only the rows whose words changed. */
  function rowsIn(list) {
    let drawn = [];
    return {
      show(rows) {
        rows.forEach((row, at) => {
          const wanted = JSON.stringify(row);
          if (drawn[at] === wanted) return;
          const node = rowNode(row);
          if (list.children[at]) list.children[at].replaceWith(node); else list.append(node);
          drawn[at] = wanted;
        });
        while (list.children.length > rows.length) list.lastChild.remove();
        drawn.length = rows.length;
      },
    };
  }

  function rowNode([name, text, isOld, lines]) {
    const row = el("div", "detail__row");
    el("span", "detail__name", row).textContent = name;
    const value = el("span", "detail__value", row, isOld ? { "data-stale": "old" } : {});
    value.textContent = text;
    lines.filter(Boolean).forEach((line) => { el("span", "detail__line", row).textContent = line; });
    return row;
  }

  // ------------------------------------------------------------------ the section
  /** `gates` asks the server anew; `host` carries the notes of NEWS2. */
  function create(host, gates) {
    const notes = JSON.parse(host.dataset.news2);
    const head = el("div", "detail__head", host);
    const title = el("a", "detail__title", head);
    const shut = el("button", "detail__close", head, { type: "button" });
    shut.textContent = "Close";
    const held = rowsIn(el("div", "detail__rows detail__rows--held", host));
    const override = el("div", "detail__override", host);
    const others = rowsIn(el("div", "detail__rows", host));
    let tile = null;
    let gate = null;
    let form = null;

    function draw(now) {
      held.show(gateRows(gate));
      others.show(physicianRows(tile).concat(news2Rows(tile, now, notes), valueRows(tile, now)));
      drawOverride();
    }

    function mayOverride() {
      return window.infusion.me && window.infusion.me.role === "physician" && gate && gate.held.length > 0;
    }

    function drawOverride() {
      if (form || Boolean(override.firstChild) === Boolean(mayOverride())) return;
      override.replaceChildren();
      if (!mayOverride()) return;
      const open = el("button", "", override, { type: "button", "data-role": "override" });
      open.textContent = OVERRIDES[gate.act].open;
      open.addEventListener("click", openForm);
    }

    function openForm() {
      const act = OVERRIDES[gate.act];
      form = window.infusion.sessionEntries.reasonForm({
        question: act.question, save: "Override", saveRole: "override-save",
        send: (id, reason) => gates.override(tile.session_id, gate, { entry_id: id, kind: act.kind, reason }),
        done: () => { form = null; override.replaceChildren(); refresh(); },
      });
      override.replaceChildren(form);
      form.focusFirst();
    }

    function refresh() { if (tile) gates.now(tile.session_id, performance.now()); }

    function close() {
      tile = null;
      gate = null;
      form = null;
      host.hidden = true;
      override.replaceChildren();
    }

    shut.addEventListener("click", close);
    close();
    return {
      close,
      shownId() { return tile ? tile.session_id : null; },
      /** True while a reason is being typed: nothing may move under the hand. */
      isBusy() { return form !== null; },
      open(newTile, newGate, now) {
        // A reason half typed is never lost to a tap on another tile.
        if (form) { form.focusFirst(); return; }
        const wasShown = tile && tile.session_id === newTile.session_id;
        close();
        if (wasShown) return;
        tile = newTile;
        gate = newGate;
        title.textContent = [chairName(tile), tile.patient_label].filter(Boolean).join(" \u00b7 ");
        title.href = "/sessions/" + tile.session_id;
        host.hidden = false;
        draw(now);
        host.scrollTop = 0;
        host.scrollIntoView({ block: "nearest" });
        refresh();
      },
      take(newTile, newGate, now) { tile = newTile; gate = newGate; draw(now); },
    };
  }

  window.infusion.panelDetail = { create };
})();
