/* The panel's sound: two bursts of five beeps for a critical alert, one burst of three for a warning, repeated until
   nothing sounds any more. The patterns are looped by the audio clock, so a busy or hidden page does not lose a beat.
   Browsers let a page sound only after a click: until then `isOn()` is false and the page says so large. */
(function () {
  "use strict";
  const RATE = 22050;
  // Frequency in Hz with two overtones, so that small loudspeakers and older ears hear it; times in seconds.
  const PATTERNS = {
    critical: { hz: 660, beep: 0.13, starts: [0, 0.24, 0.48, 0.86, 1.10, 2.0, 2.24, 2.48, 2.86, 3.10], length: 8 },
    warning: { hz: 520, beep: 0.18, starts: [0, 0.4, 0.8], length: 12 },
    check: { hz: 520, beep: 0.1, starts: [0, 0.2], length: 0.4 },
  };

  function samples(pattern) {
    const data = new Float32Array(Math.round(RATE * pattern.length));
    const count = Math.round(RATE * pattern.beep);
    pattern.starts.forEach((start) => {
      const from = Math.round(RATE * start);
      for (let at = 0; at < count; at++) {
        const phase = 2 * Math.PI * pattern.hz * at / RATE;
        const swell = Math.min(1, at / 300, (count - at) / 300);
        data[from + at] = swell * (0.5 * Math.sin(phase) + 0.2 * Math.sin(2 * phase) + 0.12 * Math.sin(3 * phase));
      }
    });
    return data;
  }

  function create(onState) {
    let context = null;
    let level = null;
    let playing = null;
    const buffers = {};

    function isOn() { return context !== null && context.state === "running"; }

    function play(name, isLooped) {
      if (!buffers[name]) {
        const data = samples(PATTERNS[name]);
        buffers[name] = context.createBuffer(1, data.length, RATE);
        buffers[name].copyToChannel(data, 0);
      }
      const source = context.createBufferSource();
      source.buffer = buffers[name];
      source.loop = isLooped;
      source.connect(context.destination);
      source.start();
      return source;
    }

    function follow() {
      if (playing && (playing.level !== level || !isOn())) { playing.source.stop(); playing = null; }
      if (level && isOn() && !playing) playing = { level, source: play(level, true) };
    }

    /** Called in a click: switches the sound on and lets it be heard once. */
    async function unlock() {
      if (context === null) {
        context = new AudioContext();
        context.onstatechange = () => { follow(); onState(isOn()); };  // a device that goes away switches it off
      }
      await context.resume();
      if (isOn() && !level) play("check", false);
      follow();
      onState(isOn());
    }

    return {
      isOn, unlock,
      /** What should sound now: "critical", "warning" or null for silence. */
      set(newLevel) { if (newLevel !== level) { level = newLevel; follow(); } },
      stop() { level = null; if (context) context.close(); },
    };
  }

  window.infusion.panelSound = { create };
})();
