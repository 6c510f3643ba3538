/* The newest values of the one-session figure, drawn at once: short lines over the plot from its last drawn points on.

   A full drawing costs a hundred times what this costs, so that a live value is shown here first and the full drawing
   follows (41_session_figure.js). Only what the full drawing will put on the very same spot is taken; all else is
   refused and left to a full drawing at once. Nothing drawn is changed, so no point can be hidden here.

   A drawing is {window, colour, lines: {sign: line}}, a line what the plot shows of one sign:
   {axis, width, least, most, t, v, back, points, hasDots, isCut, isLone, interval}. t and v are its last drawn point,
   back the point before; least and most what its row takes without growing; isCut: a gap is drawn after the last point. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const DOT_RADIUS = 2.5;
  // How far the tail overlaps the drawn line, so that the bend between them is joined and not two cut ends.
  const OVERLAP_PX = 1;
  const series = () => window.infusion.sessionSeries;

  function make(name, attributes) {
    const node = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach((one) => node.setAttribute(one, attributes[one]));
    return node;
  }

  /** From the end of the drawn line a little back towards the point before. */
  function overlap(end, before) {
    const length = before ? Math.hypot(end[0] - before[0], end[1] - before[1]) : 0;
    if (!(length > 0)) return [];
    const part = Math.min(1, OVERLAP_PX / length);
    return [[end[0] + (before[0] - end[0]) * part, end[1] + (before[1] - end[1]) * part]];
  }

  const dot = ([x, y]) => "M" + (x - DOT_RADIUS) + "," + y + "a" + DOT_RADIUS + "," + DOT_RADIUS + " 0 1,0 " + 2 * DOT_RADIUS + ",0"
    + "a" + DOT_RADIUS + "," + DOT_RADIUS + " 0 1,0 " + -2 * DOT_RADIUS + ",0";

  /** Whether the newest value of a series carries the drawn line on: in order, none between, no gap before or made by it. */
  function isNext(sign, line, ms) {
    const at = sign.t.length - 1;
    return line.t !== undefined && at > 0 && sign.t[at] === ms && sign.t[at - 1] === line.t && ms > line.t
      && !series().isAfterGap(sign, at) && sign.interval.true === line.interval.true && sign.interval.false === line.interval.false;
  }

  /** Whether a sign charted as not measured at `ms` was so before, so that its gap is drawn already. */
  function isStillMissing(sign, line, ms) {
    if (line.t === undefined) return true;  // never measured: nothing stands there
    const last = sign.missing.length - 1;
    return line.isCut && sign.missing[last] === ms && sign.missing[last - 1] > line.t;
  }

  const isInRow = (line, value) => value >= line.least && value <= line.most;

  /** Owns the drawing over `plot`, a node that plotly has drawn into. */
  function create(plot) {
    const canvas = make("svg", { class: "strip__tail", "aria-hidden": "true" });
    let drawing = null;
    let paths = {};

    function clear() {
      drawing = null;
      paths = {};
      canvas.replaceChildren();
    }

    /** A full drawing stands: what came so far is in it, what comes is drawn on from it. */
    function begin(next) {
      clear();
      drawing = next;
      Object.values(drawing.lines).forEach((line) => { line.more = []; line.end = [line.t, line.v]; });
      if (canvas.parentNode !== plot) plot.append(canvas);
    }

    function isOwnScale() {
      const shown = plot._fullLayout.xaxis.range;
      return Number(shown[0]) === drawing.window[0] && Number(shown[1]) === drawing.window[1];
    }

    /** Draws the values of one vital-sign entry that `signs` already hold; false when that takes a full drawing. */
    function take(signs, entry) {
      if (!drawing || !isOwnScale() || entry.withdrawn || entry.is_late) return false;
      const [from, to] = drawing.window;
      if (!(entry.ms >= from && entry.ms <= to)) return false;
      const lines = drawing.lines;
      const missing = Object.keys(entry.not_measured || {}).filter((name) => lines[name]);
      const measured = Object.keys(lines).filter((name) => entry[name] !== undefined && entry[name] !== null);
      const fits = measured.every((name) => !lines[name].isCut && !lines[name].isLone
        && isNext(signs[name], lines[name], entry.ms) && isInRow(lines[name], Number(entry[name])));
      if (!fits || !missing.every((name) => isStillMissing(signs[name], lines[name], entry.ms))) return false;
      measured.forEach((name) => { extend(lines[name], entry.ms, Number(entry[name])); draw(name); });
      return true;
    }

    function extend(line, ms, value) {
      line.more.push([ms, value]);
      line.t = ms;
    }

    function draw(name) {
      const line = drawing.lines[name];
      const [across, down] = [plot._fullLayout.xaxis, plot._fullLayout[line.axis]];
      const toPixels = ([ms, value]) => [across._offset + across.c2p(ms), down._offset + down.c2p(value)];
      const end = toPixels(line.end);
      const more = line.more.map(toPixels);
      const points = overlap(end, line.back && toPixels(line.back)).concat([end], more);
      const path = paths[name] || (paths[name] = pathsOf(line));
      path.line.setAttribute("d", "M" + points.join("L"));
      if (line.hasDots) path.dots.setAttribute("d", more.map(dot).join(""));
    }

    function pathsOf(line) {
      const made = {
        line: make("path", { fill: "none", stroke: drawing.colour, "stroke-width": line.width, "stroke-miterlimit": 2 }),
        dots: make("path", { fill: drawing.colour }),
      };
      canvas.append(made.line, made.dots);
      return made;
    }

    /** The most points of one line, drawn by plotly and here. */
    function points() {
      return drawing ? Math.max(0, ...Object.values(drawing.lines).map((line) => line.points + line.more.length)) : 0;
    }

    /** The axis is being dragged: what stands here would come apart from the line; the full drawing after it shows it. */
    function clearIfMoved() { if (drawing && !isOwnScale()) clear(); }

    /** Plotly has drawn its lines on another scale. */
    function redraw() { Object.keys(paths).forEach(draw); }

    function close() { clear(); canvas.remove(); }

    return { begin, take, points, clear, clearIfMoved, redraw, close };
  }

  window.infusion.sessionTail = { create };
})();
