"use strict";
// Draws the pictures anew, so that they can be zoomed and moved, and ties them together: one moment, one stretch of time.
(() => {
  const { data, clock, nearest } = window.retrorun;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const byId = (id) => document.getElementById(id);
  const theme = () => data.themes[dark.matches ? "dark" : "light"];
  const count = data.time.length;
  const boxes = { time: byId("plot-time"), plane: byId("plot-plane"), track: byId("plot-track") };
  document.documentElement.dataset.interactive = "true";
  for (const box of Object.values(boxes)) if (box) box.hidden = false;
  byId("more").hidden = false;
  byId("go-interactive").hidden = true;
  let range = [0, data.end_s];

  const pace = (seconds) => `${clock(seconds)}/${data.per}`;
  const has = (values) => values.some((value) => value !== null);

  // The panels of the picture over time, top to bottom; those without data are left out.
  const panels = [
    { key: "pace", name: `pace [min/${data.per}]`, colour: "forward", say: pace },
    { key: "cadence", name: "cadence [spm]", colour: "cadence", unit: "steps/min" },
    { key: "heart", name: "heart rate [bpm]", colour: "heart", unit: "bpm" },
    { key: "altitude", name: "altitude [m]", colour: "quiet", unit: "m" },
  ].map((panel) => ({ say: (value) => `${Math.round(value)} ${panel.unit}`, ...panel }))
  .filter((panel) => has(data[panel.key]));

  const gaps = new Set(data.gap);
  // The points that are kept, with -1 wherever a line must stop: at a gap and where points were left out.
  const stretch = (keep) => {
    const out = [];
    for (let i = 0, last = -1; i < count; i += 1) {
      if (!keep(i)) continue;
      if (out.length && (gaps.has(i) || last !== i - 1)) out.push(-1);
      out.push(i);
      last = i;
    }
    return out;
  };
  const pick = (values, points) => points.map((i) => (i < 0 ? null : values[i]));
  const everywhere = stretch(() => true), backwards = stretch((i) => data.backward[i]);

  const base = (colours) => ({
    paper_bgcolor: colours.background, plot_bgcolor: colours.background, showlegend: false,
    font: { color: colours.text, size: 12, family: getComputedStyle(document.body).fontFamily },
    dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    hoverlabel: { bgcolor: colours.background, bordercolor: colours.quiet, font: { color: colours.text } },
  });
  const axis = (colours, more) => ({
    gridcolor: colours.grid, zeroline: false, linecolor: colours.grid, tickfont: { color: colours.quiet }, ...more,
  });
  const settings = { displayModeBar: false, responsive: true, showTips: false };

  const timeTicks = () => {
    const wide = Math.max(range[1] - range[0], 1), room = Math.max(3, (boxes.time.clientWidth - 70) / 80);
    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400]
      .find((each) => wide / each <= room) || 86400;
    const values = [];
    for (let t = Math.ceil(range[0] / step) * step; t <= range[1]; t += step) values.push(t);
    return { tickvals: values, ticktext: values.map(clock) };
  };
  const sorted = (values) => values.filter((value) => value !== null).sort((a, b) => a - b);
  const paceRange = () => {
    const all = sorted(data.pace).filter((value) => value < 1.2 * data.per_m);
    if (!all.length) return undefined;
    const fast = all[Math.floor(all.length * 0.005)], slow = all[Math.floor((all.length - 1) * 0.99)];
    const extra = Math.max(0.06 * (slow - fast), 5);
    const ends = data.targets.flatMap((target) => [target[2], target[3]]);
    return [Math.max(slow + extra, ...ends), Math.min(fast - extra, ...ends)];
  };
  const paceTicks = (ends) => {
    const step = [5, 10, 15, 30, 60, 120, 300].find((each) => (ends[0] - ends[1]) / each <= 6) || 600, values = [];
    for (let p = Math.ceil(ends[1] / step) * step; p <= ends[0]; p += step) values.push(p);
    return { tickvals: values, ticktext: values.map(clock) };
  };

  // What stands beside the pointer; only the top panel says the time, for all stand on one clock. Texts are made once,
  // because thousands of them take long; plotly itself writes the plain numbers.
  const clocks = data.time.map(clock);
  const topTexts = panels.length
    ? pick(data[panels[0].key].map((v, i) => `${clocks[i]}: ${v === null ? "–" : panels[0].say(v)}`), everywhere) : [];
  const hover = (index) => (index ? { hoverinfo: "y" } : { text: topTexts, hoverinfo: "text" });

  const drawTime = () => {
    const colours = theme(), traces = [];
    const layout = {
      ...base(colours), margin: { l: 58, r: 8, t: 8, b: 40 }, hovermode: "x", spikedistance: -1,
      xaxis: axis(colours, {
        range: [...range], ...timeTicks(), title: { text: "time since the start" },
        anchor: `y${panels.length > 1 ? panels.length : ""}`,
      }),
      shapes: shapes(colours),
    };
    panels.forEach((panel, index) => {
      const number = index ? index + 1 : "", space = 0.05, tall = (1 + space) / panels.length - space;
      const top = 1 - index * (tall + space);
      const y = axis(colours, {
        domain: [Math.max(0, top - tall), top], fixedrange: true, title: { text: panel.name, font: { size: 11 } }, nticks: 6,
        hoverformat: ".0f",
      });
      if (panel.key === "pace") {
        const ends = paceRange();
        Object.assign(y, ends ? { range: ends, ...paceTicks(ends) } : { autorange: "reversed" });
      }
      layout[`yaxis${number}`] = y;
      const shared = { yaxis: `y${number}`, type: "scatter", mode: "lines", connectgaps: false };
      traces.push({
        ...shared, x: pick(data.time, everywhere), y: pick(data[panel.key], everywhere), name: panel.key,
        line: { color: colours[panel.colour], width: 1.4 }, ...hover(index),
      });
      if (data.segments.length) {
        traces.push({
          ...shared, x: pick(data.time, backwards), y: pick(data[panel.key], backwards), name: `${panel.key} backward`,
          line: { color: colours.backward, width: 3 }, hoverinfo: "skip",
        });
      }
    });
    return Plotly.react(boxes.time, traces, layout, settings);
  };
  const shapes = (colours) => [
    ...data.segments.map(([start, end]) => ({
      type: "rect", xref: "x", yref: "paper", x0: start, x1: end, y0: 0, y1: 1, layer: "below",
      fillcolor: colours.backward, opacity: colours.shade_alpha, line: { width: 0 },
    })),
    ...data.laps.map((start) => ({
      type: "line", xref: "x", yref: "paper", x0: start, x1: start, y0: 0, y1: 1, layer: "between",
      line: { color: colours.quiet, width: 1, dash: "dot" },
    })),
    ...(panels.length && panels[0].key === "pace" ? data.targets : []).map(([start, end, fast, slow, backward]) => ({
      type: "rect", xref: "x", yref: "y", x0: start, x1: end, y0: fast, y1: Math.max(slow, fast + 4),
      line: { color: backward ? colours.backward : colours.forward, width: 1.5, dash: "dash" },
    })),
  ];

  const inRange = (t) => t >= range[0] && t <= range[1];
  const drawPlane = () => {
    const colours = theme(), plane = data.plane, traces = [];
    const cloud = (backward) => {
      const kept = [...plane.time.keys()].filter((i) => Boolean(plane.backward[i]) === backward && inRange(plane.time[i]));
      return {
        x: kept.map((i) => plane.speed[i]), y: kept.map((i) => plane.cadence[i]),
        customdata: kept.map((i) => plane.time[i]),
        text: kept.map((i) => `${clock(plane.time[i])}: ${pace(data.per_m / plane.speed[i])}, ${Math.round(plane.cadence[i])} spm`),
        hoverinfo: "text", type: "scatter", mode: "markers", name: backward ? "backward" : data.rest,
        marker: {
          color: backward ? colours.backward : colours.forward, size: backward ? 8 : 5, opacity: backward ? 0.85 : 0.45,
          symbol: backward ? "triangle-up" : "circle",
        },
      };
    };
    if (plane.line) {
      const [speeds, line, band] = plane.line, back = [...line].reverse();
      traces.push({
        x: [...speeds, ...[...speeds].reverse()], y: [...line.map((each) => each - band), ...back.map((each) => each + band)],
        fill: "toself", mode: "none", type: "scatter", hoverinfo: "skip", name: "nine in ten of its points",
        fillcolor: `${colours.forward}2b`,
      }, {
        x: speeds, y: line, mode: "lines", type: "scatter", hoverinfo: "skip",
        name: "own forward line", line: { color: colours.forward, width: 2 },
      });
    }
    traces.push(cloud(false), cloud(true));
    const frame = (values, backwardToo) => {
      const all = sorted(values), low = all[Math.floor(all.length * 0.005)], high = all[Math.floor((all.length - 1) * 0.995)];
      const only = values.filter((_, i) => backwardToo[i]), room = Math.max(0.05 * (high - low), 0.05);
      return [Math.min(low, ...only) - room, Math.max(high, ...only) + room];
    };
    const layout = {
      ...base(colours), margin: { l: 50, r: 8, t: 8, b: 42 }, hovermode: "closest", dragmode: false,
      showlegend: true, legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 11 } },
      xaxis: axis(colours, { title: { text: "speed [m/s]" }, range: frame(plane.speed, plane.backward), fixedrange: true }),
      yaxis: axis(colours, { title: { text: "cadence [spm]" }, range: frame(plane.cadence, plane.backward), fixedrange: true }),
    };
    return Plotly.react(boxes.plane, traces, layout, settings);
  };

  const drawTrack = () => {
    const colours = theme();
    const way = (points, colour, width, name) => ({
      x: pick(data.east, points), y: pick(data.north, points),
      ...(name ? { customdata: pick(data.time, points), text: pick(clocks, points) } : {}),
      type: "scatter", mode: "lines", connectgaps: false, line: { color: colour, width }, name,
      hoverinfo: name ? "text" : "skip", showlegend: Boolean(name),
    });
    const first = data.east.findIndex((value) => value !== null);
    const traces = [
      way(everywhere, colours.grid, 2, ""),
      way(stretch((i) => inRange(data.time[i])), colours.forward, 2, data.rest),
      way(stretch((i) => data.backward[i] && inRange(data.time[i])), colours.backward, 4, "backward"),
      {
        x: [data.east[first]], y: [data.north[first]], mode: "markers", type: "scatter", name: "start", hoverinfo: "skip",
        marker: { color: colours.text, size: 9, symbol: "square" },
      },
    ];
    const layout = {
      ...base(colours), margin: { l: 50, r: 8, t: 8, b: 42 }, hovermode: "closest", dragmode: false,
      showlegend: true, legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 11 } },
      xaxis: axis(colours, { title: { text: "metres east" }, fixedrange: true }),
      yaxis: axis(colours, { title: { text: "metres north" }, fixedrange: true, scaleanchor: "x" }),
    };
    return Plotly.react(boxes.track, traces, layout, settings);
  };

  // ---- one moment, shown in all pictures ----------------------------------------------------------------------------

  const mark = (box, kind) => {
    const element = document.createElement("div");
    element.className = `mark ${kind}`;
    box.append(element);
    return element;
  };
  const marks = {};
  const put = (name, box, x, y) => {
    const axes = box._fullLayout, element = marks[name];
    const left = x === null ? NaN : axes.xaxis._offset + axes.xaxis.l2p(x);
    const inside = left >= axes.xaxis._offset - 1 && left <= axes.xaxis._offset + axes.xaxis._length + 1;
    element.style.display = inside && y !== null ? "block" : "none";
    element.style.left = `${left}px`;
    element.style.top = `${y === undefined ? axes._size.t : axes.yaxis._offset + axes.yaxis.l2p(y)}px`;
    if (y === undefined) element.style.height = `${axes._size.h}px`;
  };
  let shown = null;
  const showMoment = (t) => {
    if (!count) return;
    const i = nearest(data.time, t), words = [clock(data.time[i])];
    shown = t;
    for (const panel of panels) if (data[panel.key][i] !== null) words.push(`${panel.name.split(" [")[0]} ${panel.say(data[panel.key][i])}`);
    if (data.rest === "forward") words.push(data.backward[i] ? "backward" : "not backward");
    byId("reading").textContent = words.join(", ");
    byId("moment").value = String(data.time[i]);
    byId("moment").setAttribute("aria-valuetext", words.join(", "));
    if (marks.time) put("time", boxes.time, data.time[i]);
    if (marks.track) put("track", boxes.track, data.east[i], data.north[i]);
    if (marks.plane) {
      const j = nearest(data.plane.time, data.time[i]), near = Math.abs(data.plane.time[j] - data.time[i]) <= 10;
      put("plane", boxes.plane, near ? data.plane.speed[j] : null, near ? data.plane.cadence[j] : null);
    }
  };

  // ---- one stretch of time, shown in all pictures ---------------------------------------------------------------------

  const showRange = (start, end) => {
    const wide = Math.min(Math.max(end - start, 10), Math.max(data.end_s, 10));
    const from = Math.min(Math.max(start, 0), Math.max(data.end_s - wide, 0));
    range = [from, from + wide];
    return draw();
  };
  let current = -1;
  const showSegment = (number) => {
    current = (number + data.segments.length) % data.segments.length;
    const [start, end] = data.segments[current], room = Math.max(30, (end - start) / 2);
    return showRange(start - room, end + room).then(() => showMoment((start + end) / 2));
  };
  const draw = () => Promise.all([
    boxes.time && drawTime(), boxes.plane && drawPlane(), boxes.track && drawTrack(),
  ]).then(() => { if (shown !== null) showMoment(shown); });

  const listen = () => {
    const wide = () => range[1] - range[0], middle = () => (range[0] + range[1]) / 2;
    const press = {
      whole: () => { current = -1; return showRange(0, data.end_s); },
      closer: () => showRange(middle() - wide() / 4, middle() + wide() / 4),
      wider: () => showRange(middle() - wide(), middle() + wide()),
      earlier: () => showRange(range[0] - wide() / 2, range[1] - wide() / 2),
      later: () => showRange(range[0] + wide() / 2, range[1] + wide() / 2),
      previous: () => showSegment(current < 0 ? data.segments.length - 1 : current - 1),
      next: () => showSegment(current + 1),
    };
    for (const [key, action] of Object.entries(press)) byId(`go-${key}`)?.addEventListener("click", action);
    byId("moment")?.addEventListener("input", (event) => showMoment(Number(event.target.value)));
    window.retrorun.showSegment = showSegment;
    boxes.time?.on("plotly_hover", (event) => showMoment(event.xvals ? event.xvals[0] : event.points[0].x));
    boxes.time?.on("plotly_relayout", (change) => {
      if (change["xaxis.range[0]"] !== undefined) showRange(change["xaxis.range[0]"], change["xaxis.range[1]"]);
      else if (change["xaxis.autorange"]) showRange(0, data.end_s);
    });
    for (const box of [boxes.plane, boxes.track]) {
      box?.on("plotly_hover", (event) => {
        if (event.points[0].customdata !== undefined) showMoment(event.points[0].customdata);
      });
    }
    dark.addEventListener("change", draw);
    addEventListener("resize", () => { if (shown !== null) setTimeout(() => showMoment(shown), 300); });
  };

  // The picture over time first, so that it is there while the two others are still being drawn.
  const first = boxes.time ? drawTime() : Promise.resolve();
  first.then(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 0)); })).then(() => Promise.all([
    boxes.plane && drawPlane(), boxes.track && drawTrack(),
  ])).then(() => {
    for (const [name, box] of Object.entries(boxes)) if (box) marks[name] = mark(box, name === "time" ? "line" : "dot");
    listen();
    document.documentElement.dataset.interactive = "ready";
  });
})();
