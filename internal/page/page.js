"use strict";
const find = (id) => document.getElementById(id);
const issues = JSON.parse(find("issues").textContent);

// make returns an element. What is in a log becomes text or a plain attribute.
function make(name, attributes, ...children) {
  const svg = ["svg", "g", "rect", "title"].includes(name);
  const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

const minutes = issues.flatMap((issue) => Object.keys(issue.minutes || {}).map(Number));
const first = minutes.reduce((a, b) => Math.min(a, b), Infinity), last = minutes.reduce((a, b) => Math.max(a, b), 0);

// bars adds up the events of an issue in n equal parts of the period.
function bars(issue, n) {
  const sums = Array(n).fill(0);
  for (const [minute, events] of Object.entries(issue.minutes || {})) sums[Math.floor(((minute - first) * n) / (last - first + 1))] += events;
  return sums;
}

function spark(issue) {
  const sums = bars(issue, 24), most = Math.max(1, ...sums);
  const rects = sums.map((n, i) => n && make("rect", { x: 4 * i, y: 18 - Math.max(2, (16 * n) / most), width: 3, height: Math.max(2, (16 * n) / most) }));
  return make("svg", { viewBox: "0 0 96 18", "aria-hidden": "true" }, ...rects.filter(Boolean));
}

const rows = issues.map((issue, i) => make("li", {}, make("a", { href: "#" + (i + 1) },
  make("b", {}, issue.title), make("span", {}, make("i", { class: issue.level === "warn" ? "warn" : "error" }, issue.level), ` ${issue.events} ${issue.service}`), spark(issue))));
find("list").append(...rows);
for (const id of ["level", "service"]) {
  const values = new Set(issues.map((issue) => issue[id]).filter(Boolean));
  find(id).append(...[...values].sort().map((value) => make("option", {}, value)));
}

// timeline stacks the events of all errors; the six most frequent ones have colours.
function timeline() {
  const sorted = [...issues].sort((a, b) => b.events - a.events).map((issue) => ({ title: issue.title, sums: bars(issue, 60) }));
  const stacks = sorted.slice(0, 6);
  const others = sorted.slice(6);
  if (others.length) stacks.push({ title: "all others", sums: others[0].sums.map((_, i) => others.reduce((sum, o) => sum + o.sums[i], 0)) });
  const top = Array(60).fill(0);
  const most = Math.max(1, ...top.map((_, i) => stacks.reduce((sum, s) => sum + s.sums[i], 0)));
  stacks.forEach((stack, rank) => {
    const rects = stack.sums.map((n, i) => (top[i] += n) && n && make("rect", { x: 10 * i, y: 80 - (80 * top[i]) / most, width: 9, height: (80 * n) / most }));
    find("timeline").append(make("g", { class: "c" + rank }, make("title", {}, stack.title), ...rects.filter(Boolean)));
  });
}

// show opens the issue that the address names, or else the first. Its body is HTML that
// errmon rendered: of tags it has only those of Markdown.
function show() {
  const at = Math.min(Math.max(parseInt(location.hash.slice(1), 10) || 1, 1), rows.length) - 1;
  if (at < 0) return;
  const body = make("div", { class: "body" });
  body.innerHTML = issues[at].body;
  find("issue").replaceChildren(make("h1", {}, issues[at].title), body);
  rows.forEach((row, i) => row.firstChild.classList.toggle("open", i === at));
  document.querySelector("main").scrollTop = 0;
}

const text = issues.map((issue) => `${issue.title} ${issue.level} ${issue.service}`.toLowerCase());

function filter() {
  const words = find("search").value.toLowerCase();
  const level = find("level").value, service = find("service").value;
  rows.forEach((row, i) => {
    row.hidden = !text[i].includes(words) || (level && issues[i].level !== level) || (service && issues[i].service !== service);
  });
  find("none").hidden = rows.some((row) => !row.hidden);
}

find("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
for (const id of ["search", "level", "service"]) find(id).addEventListener("input", filter);
document.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
addEventListener("hashchange", show);
timeline();
show();
