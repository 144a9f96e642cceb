// Draws the figures by day; the same figures stand in a table beside it.
"use strict";
(() => {
  const place = document.getElementById("chart");
  if (!place) return;
  place.hidden = false;
  const given = JSON.parse(place.dataset.chart);
  const colours = ["#2f9e44", "#1c7ed6", "#e8a20c", "#d6336c"];
  const ink = getComputedStyle(place).color;
  const grid = { stroke: "rgba(128,128,128,.25)", width: 1 };
  const axis = { stroke: ink, grid, ticks: grid };
  const options = {
    width: place.clientWidth,
    height: 260,
    // The days are those of the reader already; as if of UTC, no clock shifts them once more.
    tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1000), "UTC"),
    scales: { x: { time: true } },
    axes: [axis, { ...axis, size: 56 }],
    series: [
      { label: place.dataset.day, value: (_, stamp) => (stamp === null ? "" : new Date(stamp * 1000).toISOString().slice(0, 10)) },
      ...given.names.map((label, at) => ({ label, stroke: colours[at], width: 2, points: { show: given.days.length < 40 } })),
    ],
  };
  const days = given.days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const chart = new uPlot(options, [days, ...given.series], place);
  addEventListener("resize", () => chart.setSize({ width: place.clientWidth, height: 260 }));
})();
