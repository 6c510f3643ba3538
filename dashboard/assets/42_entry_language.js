/* The words of entries that Python wrote into the page (components/entry_words.py): titles, choices, field labels and
   units. Pages that list entries carry them; elsewhere a code is read as words. */
(function () {
  "use strict";
  const MINUS = "\u2212";
  const NONE = { kinds: {}, choices: {} };
  let read = null;
  let readFrom = null;

  const plain = (code) => String(code).replaceAll("_", " ");
  const number = (value, decimals) => (decimals === undefined ? String(value) : value.toFixed(decimals)).replace("-", MINUS);
  const isSaid = (value) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);

  function language() {
    const place = document.querySelector("[data-language]");
    if (!place) return read || NONE;
    if (place !== readFrom) { read = JSON.parse(place.dataset.language); readFrom = place; }
    return read;
  }

  /** What kind of entry, in words. */
  const title = (kind) => (language().kinds[kind] || {}).title || plain(kind);

  /** One choice of a field in words. */
  const choice = (field, code) => (language().choices[field] || {})[code] || plain(code);

  /** The fields of a kind: {name: {label, type, unit, choices, long, fixed}}. */
  const fieldsOf = (kind) => (language().kinds[kind] || {}).fields || {};

  const isAmendable = (kind) => Boolean((language().kinds[kind] || {}).amendable);

  function time(at) {
    const zone = window.infusion.me && window.infusion.me.clinic_time_zone;
    const day = (ms) => new Date(ms).toLocaleDateString([], { day: "numeric", month: "short", timeZone: zone });
    const ms = Date.parse(at);
    const clock = window.infusion.clinicTime(ms);
    return day(ms) === day(window.infusion.clock.now()) ? clock : day(ms) + " " + clock;
  }

  /** The value of one field in words, with its unit. */
  function value(kind, name, raw) {
    const field = fieldsOf(kind)[name] || {};
    if (!isSaid(raw)) return "none";
    if (field.type === "boolean") return raw === true || raw === "true" ? "yes" : "no";
    if (field.type === "choice") return choice(name, raw);
    if (field.type === "choices") return raw.map((one) => choice(name, one)).join(", ");
    if (field.type === "time") return time(raw);
    if (typeof raw === "object") return Object.entries(raw).map(([one, why]) => label(kind, one).toLowerCase() + " " + plain(why)).join(", ");
    if (field.type === "number" || field.type === "integer") {
      const unit = field.unit || "";
      return number(raw) + (unit ? (unit.startsWith("/") ? "" : " ") + unit : "");
    }
    return String(raw);
  }

  const label = (kind, name) => (fieldsOf(kind)[name] || {}).label || plain(name);

  /** Every field that says something, each with its label: what is said of a kind that has no sentence of its own. */
  function everything(entry) {
    return Object.keys(fieldsOf(entry.kind)).filter((name) => isSaid(entry[name]) && fieldsOf(entry.kind)[name].type !== "uuid")
      .map((name) => label(entry.kind, name) + " " + value(entry.kind, name, entry[name])).join(", ");
  }

  window.infusion.entryLanguage = { plain, number, isSaid, title, choice, fieldsOf, isAmendable, value, label, time, everything };
})();
