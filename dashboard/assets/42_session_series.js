/* What the one-session figure draws: entries folded into series, gaps, and the thinning of long history. Pure.

   A series is {t, v, monitor, missing}: epoch ms in order, values, whether a monitor sent each, and the times at which
   the sign was charted as not measured. Times and values are never changed, only left out by `thin`. */
(function () {
  "use strict";
  const MINUTE = 60000;
  // A hand value may be this old before the next is due, whatever the nurse's own rhythm was.
  const HAND_INTERVAL = 15 * MINUTE;
  const MONITOR_INTERVAL = 1000;
  const GAP_INTERVALS = 3;
  // Widths of the buckets of thinned history: a fixed ladder, so that what is drawn does not flicker as time grows.
  const BUCKETS = [5000, 10000, 20000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000, 7200000, 21600000, 86400000];

  const VITALS = ["systolic_mmhg", "diastolic_mmhg", "heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min"];
  const DELIVERY = {
    infusion_started: true, infusion_resumed: true, infusion_paused: false, infusion_ended: false, discharged: false,
    transferred: false, left_against_advice: false, session_aborted: false, session_cancelled: false,
  };

  const emptySeries = () => ({ t: [], v: [], monitor: [], missing: [], interval: null, countedAt: 0 });

  /** Where `ms` belongs in a sorted list: after all that are not later. */
  function place(list, ms) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle] <= ms) low = middle + 1; else high = middle;
    }
    return low;
  }

  function addValue(series, ms, value, isMonitor) {
    const at = place(series.t, ms);
    series.t.splice(at, 0, ms);
    series.v.splice(at, 0, value);
    series.monitor.splice(at, 0, isMonitor);
  }

  /** Adds one vital-sign entry to the series of all signs; answers how many values it brought. */
  function addVitals(signs, entry) {
    const ms = Date.parse(entry.effective_at);
    let brought = 0;
    VITALS.forEach((name) => {
      const value = entry[name];
      if (value === undefined || value === null) return;
      addValue(signs[name], ms, Number(value), entry.source === "monitor");
      brought += 1;
    });
    Object.keys(entry.not_measured || {}).forEach((name) => {
      const series = signs[name];
      if (series) series.missing.splice(place(series.missing, ms), 0, ms);
    });
    return brought;
  }

  /** All signs of a list of entries; withdrawn ones are left out. */
  function vitalSeries(entries) {
    const signs = {};
    VITALS.forEach((name) => { signs[name] = emptySeries(); });
    entries.forEach((entry) => { if (entry.kind === "vital_signs" && !entry.withdrawn) addVitals(signs, entry); });
    return signs;
  }

  const inOrder = (one, other) => Date.parse(one.effective_at) - Date.parse(other.effective_at) || one.seq - other.seq;

  /** The infusion as steps {t, v} in mg/kg/h (mg/h without a weight); zero while nothing is delivered. */
  function rateSteps(entries, weightKg) {
    const steps = { t: [], v: [] };
    let programmed = 0;
    let delivers = false;
    entries.filter((entry) => !entry.withdrawn).sort(inOrder).forEach((entry) => {
      const set = entry.programmed_rate_mg_per_h;
      const isSet = set !== undefined && set !== null;
      if (isSet) programmed = Number(set);
      if (entry.kind in DELIVERY) delivers = DELIVERY[entry.kind];
      const moves = entry.kind in DELIVERY || isSet;
      const started = steps.t.length > 0 || entry.kind === "infusion_started";
      if (!moves || !started) return;
      steps.t.push(Date.parse(entry.effective_at));
      steps.v.push(delivers ? programmed / (weightKg || 1) : 0);
    });
    return steps;
  }

  /** Pain answers, each with what it may be compared with (instrument, recall, circumstance) as its key. */
  function painAnswers(entries) {
    return entries.filter((entry) => entry.kind === "pain_score" && !entry.withdrawn).sort(inOrder).map((entry) => ({
      t: Date.parse(entry.effective_at), instrument: entry.instrument, recall: entry.recall, circumstance: entry.circumstance,
      score: entry.no_score ? null : Number(entry.instrument === "vas" ? entry.score_mm : entry.score_points),
      noScore: entry.no_score || null, key: [entry.instrument, entry.recall, entry.circumstance].join(" "),
    }));
  }

  /** The usual distance of two values of one source: three of four are at most this far apart. What the other source
      brings in between does not count; a source with a single value is taken for a hand. */
  function usualInterval(series, isMonitor) {
    const steps = [];
    let before = null;
    series.t.forEach((ms, at) => {
      if (series.monitor[at] !== isMonitor) return;
      if (before !== null) steps.push(ms - before);
      before = ms;
    });
    if (!steps.length) return HAND_INTERVAL;
    steps.sort((one, other) => one - other);
    return Math.max(steps[Math.floor((steps.length - 1) * 0.75)], isMonitor ? MONITOR_INTERVAL : HAND_INTERVAL);
  }

  // Sorting all distances at each new value would grow with the session; a tenth more values decides nothing.
  function intervals(series) {
    if (!series.interval || series.t.length > series.countedAt * 1.1 || series.t.length < series.countedAt) {
      series.interval = { true: usualInterval(series, true), false: usualInterval(series, false) };
      series.countedAt = series.t.length;
    }
    return series.interval;
  }

  /** The stretches without measurement as [[from, to]], and the places in the series that follow one. */
  function gaps(series, untilMs) {
    const usual = intervals(series);
    const stretches = [];
    const breaks = new Set();
    let missing = 0;
    for (let at = 1; at <= series.t.length; at++) {
      const before = series.t[at - 1];
      const after = at < series.t.length ? series.t[at] : untilMs;
      while (missing < series.missing.length && series.missing[missing] <= before) missing++;
      const charted = missing < series.missing.length && series.missing[missing] < after ? series.missing[missing] : null;
      const expected = usual[series.monitor[at - 1]];
      const silent = after - before > GAP_INTERVALS * expected ? before + expected : null;
      if (charted === null && silent === null) continue;
      stretches.push([Math.min(charted === null ? Infinity : charted, silent === null ? Infinity : silent), after]);
      breaks.add(at);
    }
    return { stretches: stretches.filter(([from, to]) => to > from), breaks };
  }

  /** Whether `gaps` would break the line before this place of the series. */
  function isAfterGap(series, at) {
    const [before, after] = [series.t[at - 1], series.t[at]];
    const charted = series.missing[place(series.missing, before)];
    return (charted !== undefined && charted < after) || after - before > GAP_INTERVALS * intervals(series)[series.monitor[at - 1]];
  }

  /** The value that stood at an instant, null in a gap and before the first. */
  function valueAt(series, ms) {
    const at = place(series.t, ms) - 1;
    if (at < 0) return null;
    const isOld = ms - series.t[at] > GAP_INTERVALS * intervals(series)[series.monitor[at]];
    const isMissing = series.missing.some((one) => one > series.t[at] && one <= ms);
    return isOld || isMissing ? null : series.v[at];
  }

  /** The first and last place of the series that a window needs, one value beyond each edge. */
  function windowPlaces(t, from, to) {
    return [Math.max(0, place(t, from) - 1), Math.min(t.length - 1, place(t, to))];
  }

  function bucketPlaces(series, first, last, width, breaks) {
    const places = [];
    let start = first;
    while (start <= last) {
      const bucket = Math.floor(series.t[start] / width);
      let end = start;
      let low = start;
      let high = start;
      while (end + 1 <= last && !breaks.has(end + 1) && Math.floor(series.t[end + 1] / width) === bucket) {
        end += 1;
        if (series.v[end] < series.v[low]) low = end;
        if (series.v[end] > series.v[high]) high = end;
      }
      const kept = new Set([low, high]);
      if (start === first || breaks.has(start)) kept.add(start);
      if (end === last || breaks.has(end + 1)) kept.add(end);
      places.push(...[...kept].sort((one, other) => one - other));
      start = end + 1;
    }
    return places;
  }

  /** The places of a series to draw between two instants, at most `limit`: all of them, or of each bucket of time the
      lowest and the highest, so that no extreme is hidden. Ends of gaps and the newest value always stay. */
  function thin(series, from, to, limit, breaks) {
    const [first, last] = windowPlaces(series.t, from, to);
    if (last < first) return [];
    const all = last - first + 1;
    if (all <= limit) return Array.from({ length: all }, (_, at) => first + at);
    const span = series.t[last] - series.t[first];
    for (const width of BUCKETS) {
      if ((2 * span) / width > limit * 2) continue;
      const places = bucketPlaces(series, first, last, width, breaks);
      if (places.length <= limit) return places;
    }
    return bucketPlaces(series, first, last, BUCKETS[BUCKETS.length - 1], new Set());
  }

  window.infusion.sessionSeries = { vitalSeries, addVitals, rateSteps, painAnswers, gaps, isAfterGap, thin, place, valueAt };
})();
