/* What the panel says, in words: ages, alerts in their order and groups, signs, NEWS2, what holds an act. Pure: a tile of
   the server in, text out; nothing here touches the page. Missing is a dash with the word; old says how old (S2, S4). */
(function () {
  "use strict";
  const RANK = { critical: 3, warning: 2, advisory: 1 };
  const MARK = { critical: "***", warning: "**", advisory: "*" };
  const OPEN = ["ready", "running", "paused", "recovery"];
  const OVERDUE = "overdue.";
  const OVERDUE_NAMES = {
    heart_rate_per_min: "HR", systolic_mmhg: "BP", spo2_percent: "SpO2", respiratory_rate_per_min: "RR", sedation: "sedation",
  };
  const SCALES = { rass: "RASS", poss: "POSS", moaas: "MOAA/S", ramsay: "Ramsay" };
  const BROKEN = / \(promise of .* not kept: [^)]*\)$/;
  const NO_VALUE = "\u2013";

  // ------------------------------------------------------------------ words
  function minutes(ms) { return Math.floor(Math.max(0, ms) / 60000); }

  /** "4 s", "9 min", "1:34 h", "3 days" */
  function age(ms) {
    if (ms < 60000) return Math.max(0, Math.floor(ms / 1000)) + " s";
    if (ms >= 172800000) return Math.floor(ms / 86400000) + " days";
    return ms < 3600000 ? minutes(ms) + " min" : elapsed(ms) + " h";
  }

  /** "1:34" in hours and minutes */
  function elapsed(ms) {
    const total = minutes(ms);
    return Math.floor(total / 60) + ":" + String(total % 60).padStart(2, "0");
  }

  /** "1:40" in minutes and seconds */
  function countdown(ms) {
    const total = Math.max(0, Math.ceil(ms / 1000));
    return Math.floor(total / 60) + ":" + String(total % 60).padStart(2, "0");
  }

  function words(code) { return String(code).replaceAll("_", " "); }

  function actionWords(action) { return action === "remeasure" ? "re-measure" : words(action); }

  function decimals(value, least, most) {
    const text = Number(value).toFixed(most);
    let end = text.length;
    while (end > text.length - (most - least) && text[end - 1] === "0") end -= 1;
    return text[end - 1] === "." ? text.slice(0, end - 1) : text.slice(0, end);
  }

  /** A third decimal where it matters: 1.004 mg/kg/h is above the 1 mg/kg/h rule and must not read 1.00. */
  function rateText(value) {
    if (value === 0) return "0";
    const text = Number(value).toFixed(2);
    return Number(text) === 1 && Number(value) !== 1 ? Number(value).toFixed(3) : text;
  }

  function amountText(mg) { return mg < 10 ? decimals(mg, 0, 1) : String(Math.round(mg)); }

  // ------------------------------------------------------------------ alerts
  function isPromiseBroken(alert, now) {
    const given = alert.acknowledged;
    return Boolean(given && given.deadline_at && Date.parse(given.deadline_at) < now);
  }

  function isOver(alert) { return Boolean(alert.cleared_at || alert.withdrawn_at); }

  /** Somebody has to act: open, and nobody has answered or the answer's deadline has passed. */
  function isUnanswered(alert, now) { return !isOver(alert) && (!alert.acknowledged || isPromiseBroken(alert, now)); }

  function isSounding(alert, now) {
    if (alert.is_past || RANK[alert.level] < 2 || !isUnanswered(alert, now)) return false;
    if (alert.level === "critical" || alert.sounded_at) return true;
    return Boolean(alert.sounds_at) && Date.parse(alert.sounds_at) <= now;
  }

  /** What belongs on one card: everything that is overdue in one session, else each alert by itself. */
  function groupOf(alert) {
    return alert.condition.startsWith(OVERDUE) && !alert.is_past ? alert.session_id + " overdue" : alert.alert_id;
  }

  /** The alerts in groups, each with its most urgent alert first. */
  function grouped(alerts, now) {
    const groups = new Map();
    alerts.forEach((alert) => {
      const key = groupOf(alert);
      if (groups.has(key)) groups.get(key).push(alert); else groups.set(key, [alert]);
    });
    groups.forEach((members) => members.sort(byUrgency(now)));
    return groups;
  }

  function stateOf(alert, now) { return isOver(alert) ? "over" : isUnanswered(alert, now) ? "open" : "answered"; }

  const STATE_WORDS = { open: "Overdue: ", answered: "answered: ", over: "over, not seen: " };

  /** "Overdue: HR, BP; answered: RR" of several; of one alert what the server says, without whose promise was broken. */
  function groupText(members, now) {
    if (members.length === 1) return members[0].text.replace(BROKEN, "");
    const names = { open: [], answered: [], over: [] };
    members.forEach((alert) => {
      const sign = alert.condition.split(":")[1];
      names[stateOf(alert, now)].push(OVERDUE_NAMES[sign] || words(sign));
    });
    const said = Object.keys(names).filter((state) => names[state].length).map((state) => STATE_WORDS[state] + names[state].join(", "));
    const text = said.join("; ");
    return text.startsWith("Overdue") ? text : "Overdue, " + text;
  }

  /** Most urgent first: unanswered, then answered, then over; within each by level, then the oldest. */
  function urgency(alert, now) {
    const group = isOver(alert) ? 0 : isUnanswered(alert, now) ? 20 : 10;
    return group + RANK[alert.level];
  }

  function byUrgency(now) {
    return (a, b) => urgency(b, now) - urgency(a, now) || Date.parse(a.raised_at) - Date.parse(b.raised_at);
  }

  /** Open sessions, and closed ones with an alert that nobody has answered. */
  function isShown(tile) {
    return OPEN.includes(tile.status) || (tile.alerts || []).some((alert) => !alert.acknowledged);
  }

  /** "Chair 3"; a place with a name of its own keeps it. */
  function chairName(tile) {
    const label = String(tile.chair_label || "");
    return /^\S{1,3}$/.test(label) ? "Chair " + label : label;
  }

  // ------------------------------------------------------------------ tile
  function stripWords(alert, state) {
    if (state === "over") return "Over, not seen: ";
    return state === "open" && alert.broken_promise ? "Promise of " + alert.broken_promise.by + " not kept: " : "";
  }

  function stripNote(alert, state, others, now) {
    const more = others > 0 ? "+" + others : "";
    if (state === "open" && alert.unanswered_at) {
      return ["not answered " + age(now - Date.parse(alert.sounded_at || alert.recorded_at)), more].filter(Boolean).join(" ");
    }
    if (state === "answered") return [actionWords(alert.acknowledged.action), more].filter(Boolean).join(" ");
    if (state === "open" && !alert.sounded_at && alert.level !== "critical" && alert.sounds_at) {
      const left = Date.parse(alert.sounds_at) - now;
      if (left > 0) return ["sounds in " + countdown(left), more].filter(Boolean).join(" ");
    }
    return more;
  }

  /** "NEWS2 at least 3"; `isOld` once a value that it counts is too old to count (S2). Displayed only. */
  function news2Words(news2, now) {
    if (!news2) return { text: "", isOld: false };
    const isOld = Boolean(news2.holds_until) && Date.parse(news2.holds_until) < now;
    const isScored = news2.points.some((points) => points !== null);
    const text = isScored ? "NEWS2 " + (news2.is_partial ? "at least " : "") + news2.total : "NEWS2 not scored";
    return { text: text + (isOld ? " old" : ""), isOld };
  }

  /** "RASS -1, 4 min": the level with the name of its scale; old once the next one is due. */
  function sedationWords(sedation, now) {
    if (!sedation) return { text: "", isOld: false };
    const isOld = Boolean(sedation.due_at) && Date.parse(sedation.due_at) < now;
    const level = (SCALES[sedation.scale] || words(sedation.scale)) + " " + String(sedation.level).replace("-", "\u2212");
    return { text: level + ", " + age(now - Date.parse(sedation.at)) + (isOld ? " old" : ""), isOld };
  }

  function gateWords(gate) {
    if (!gate) return "";
    const act = gate.act === "start" ? "Start" : "Discharge";
    return gate.held.length ? act + " held: " + gate.held.length + (gate.held.length === 1 ? " item" : " items") : act + " not held";
  }

  /** "SpO2 below 88 %"; a limit that does not count in this session (baseline, oxygen target) says so. */
  function ownWords(own) { return own.words.replace(/ Cel$/, " \u00b0C") + (own.is_off ? ", off" : ""); }

  /** What a physician has set or overridden for this patient, with the reason; in short words. */
  function flagWords(tile) {
    const limits = tile.own_limits || [];
    const flags = limits.map((own, at) => (at ? "" : limits.length > 1 ? limits.length + " own limits: " : "Own limit: ") + ownWords(own) + " (" + own.reason + ")");
    const target = tile.oxygen_target;
    if (target && target.target !== "usual") flags.push("Oxygen target 88\u201392 % (" + target.reason + ")");
    if (tile.start_override_by) flags.push("Start overridden (" + tile.start_override_reason + ")");
    if (tile.discharge_override_by) flags.push("Discharge overridden (" + tile.discharge_override_reason + ")");
    return flags;
  }

  /** What to show of one sign; of two that share a place the worse one gives the words under it. */
  function readSign(sign, now, isClosed) {
    const missing = sign && sign.not_measured;
    const measuredAt = sign && sign.effective_at ? Date.parse(sign.effective_at) : null;
    const hasValue = Boolean(sign) && sign.value !== null && sign.value !== undefined && measuredAt !== null;
    if (missing && (!hasValue || Date.parse(missing.effective_at) > measuredAt)) {
      const since = age(now - Date.parse(missing.effective_at));
      const last = hasValue ? ", last " + decimals(sign.value, 0, 1) + " " + age(now - measuredAt) + " ago" : "";
      return { text: NO_VALUE, age: words(missing.reason).replace(" measurement", ""), detail: words(missing.reason) + " " + since + " ago" + last, isMissing: true, level: null, isWorse: 2 };
    }
    if (!hasValue) return { text: NO_VALUE, age: "none yet", detail: null, isMissing: true, level: null, isWorse: 3 };
    // Nobody measures any more in a closed session: whatever stands there is old.
    const isStale = isClosed || (Boolean(sign.stale_at) && Date.parse(sign.stale_at) < now);
    const old = age(now - measuredAt);
    return { text: decimals(sign.value, 0, 1), age: old, detail: null, isStale, level: sign.level || null, isWorse: isStale ? 1 : 0 };
  }

  window.infusion.panelWords = {
    RANK, MARK, OPEN, NO_VALUE, SCALES, age, elapsed, countdown, words, actionWords, decimals, rateText, amountText, isPromiseBroken, isOver,
    isUnanswered, isSounding, urgency, byUrgency, groupOf, grouped, groupText, stateOf, isShown, chairName, readSign, news2Words,
    sedationWords, gateWords, flagWords, ownWords, stripWords, stripNote,
  };
})();
