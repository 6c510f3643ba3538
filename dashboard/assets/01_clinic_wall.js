/* Date and time as the clinic's wall clock shows them, for inputs of type datetime-local: the tablet's own zone may be
   another one. */
(function () {
  "use strict";
  const zone = () => (window.infusion.me && window.infusion.me.clinic_time_zone) || undefined;

  /** "2026-01-05T14:26" on the clinic's clock. */
  function wallText(ms) {
    const parts = {};
    new Intl.DateTimeFormat("en-CA", { timeZone: zone(), year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
      .formatToParts(ms).forEach((one) => { parts[one.type] = one.value; });
    return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
  }

  /** The instant of such a text in epoch ms; null when it is none. */
  function instantOfWall(text) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null;
    const wanted = Date.parse(text.slice(0, 16) + "Z");
    let guess = wanted;
    // Twice: the first guess may lie on the other side of a change of the clocks.
    for (let turn = 0; turn < 2; turn++) guess += wanted - Date.parse(wallText(guess) + "Z");
    return guess;
  }

  window.infusion.clinicWall = { wallText, instantOfWall };
})();
