"use strict";
// Reads the run: one moment of it, shown in all pictures, and jumps from backward stretch to backward stretch.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement, byId = (id) => document.getElementById(id);
  const count = data.time.length, svg = "http://www.w3.org/2000/svg";
  if (!count) return;

  const clock = (seconds) => {
    const whole = Math.round(seconds), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
    const two = (n) => String(n).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };
  const series = [
    ["pace", "pace", (value) => `${clock(value)}/${data.per}`],
    ["cadence", "cadence", (value) => `${Math.round(value)} spm`],
    ["heart", "heart rate", (value) => `${Math.round(value)} bpm`],
    ["altitude", "altitude", (value) => `${Math.round(value)} m`],
  ];
  const nearest = (times, t) => {
    let low = 0, high = times.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (times[middle] <= t) low = middle; else high = middle;
    }
    return t - times[low] <= times[high] - t ? low : high;
  };
  // A line over each picture of time, a ring on each of the others.
  const marks = {};
  const mark = (id, kind, values) => {
    const picture = byId(id);
    if (!picture) return;
    if (!marks[id]) {
      marks[id] = document.createElementNS(svg, kind);
      marks[id].setAttribute("class", "mark");
      picture.append(marks[id]);
    }
    const there = Object.values(values).every(Number.isFinite);
    if (there) for (const [name, value] of Object.entries(values)) marks[id].setAttribute(name, value);
    marks[id].setAttribute("visibility", there ? "visible" : "hidden");
  };
  const ring = (id, x, y) => {
    const to = data.places[id];
    if (to) mark(id, "circle", { cx: x === null ? NaN : to[0] + to[1] * x, cy: y === null ? NaN : to[2] + to[3] * y, r: 6 });
  };

  let current = -1;
  const showMoment = (t, slid = false) => {
    const i = nearest(data.time, t), words = [clock(data.time[i])];
    for (const [key, name, say] of series) if (data[key][i] !== null) words.push(`${name} ${say(data[key][i])}`);
    if (data.rest === "forward") words.push(data.backward[i] ? "backward" : "not backward");
    byId("reading").textContent = words.join(", ");
    if (!slid) byId("moment").value = String(data.time[i]);
    byId("moment").setAttribute("aria-valuetext", words.join(", "));
    for (const id of ["over-time-wide", "over-time-narrow"]) {
      const [left, top, width, height] = data.places[id], x = left + width * data.time[i] / data.axis_s;
      mark(id, "line", { x1: x, x2: x, y1: top, y2: top + height });
    }
    ring("track-picture", data.east[i], data.north[i]);
    ring("plane-picture", data.pace[i] === null ? null : data.per_m / data.pace[i], data.cadence[i]);
  };
  const showSegment = (number) => {
    current = (number + data.segments.length) % data.segments.length;
    showMoment((data.segments[current][0] + data.segments[current][1]) / 2);
  };
  window.retrorun = { data, clock, nearest };

  byId("controls").hidden = false;
  const unlessZoomed = (action) => (event) => { if (!root.dataset.interactive) action(event); };
  byId("moment").addEventListener("input", unlessZoomed((event) => showMoment(Number(event.target.value), true)));
  byId("go-previous")?.addEventListener("click", unlessZoomed(() => showSegment(current < 0 ? -1 : current - 1)));
  byId("go-next")?.addEventListener("click", unlessZoomed(() => showSegment(current + 1)));
  for (const id of ["over-time-wide", "over-time-narrow"]) {
    byId(id).addEventListener("pointermove", (event) => {
      const box = event.currentTarget.getBoundingClientRect(), view = event.currentTarget.viewBox.baseVal;
      const [left, , width] = data.places[id], x = (event.clientX - box.left) * view.width / box.width;
      if (x >= left && x <= left + width) showMoment((x - left) / width * data.axis_s);
    });
  }
  // A button in each row of the table of stretches; made here, because without a script it would do nothing.
  document.querySelectorAll("#stretch-table tbody tr").forEach((row, number) => {
    const cell = document.createElement("td"), button = document.createElement("button");
    button.type = "button";
    button.className = "show";
    button.textContent = `Show ${number + 1}`;
    button.addEventListener("click", () => {
      if (root.dataset.interactive) window.retrorun.showSegment(number); else showSegment(number);
      byId("pictures").scrollIntoView({ block: "start" });
    });
    cell.setAttribute("role", "cell");
    cell.append(button);
    row.append(cell);
  });
  // The library for zooming sleeps in the page as text until it is asked for.
  byId("go-interactive")?.addEventListener("click", () => {
    for (const source of ["plotly-source", "interactive-source"]) {
      const script = document.createElement("script");
      script.textContent = byId(source).textContent;
      document.body.append(script);
    }
  });
  root.dataset.ready = "true";
})();
