"use strict";
const find = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("nav li")];
const text = rows.map((row) => (row.textContent + " " + row.dataset.service).toLowerCase());
const bodies = JSON.parse(find("bodies").textContent);

// show opens the issue that the address names, or else the first. Its body is HTML that
// errmon rendered: of tags it has only those of Markdown.
function show() {
  const at = Math.min(Math.max(parseInt(location.hash.slice(1), 10) || 1, 1), rows.length) - 1;
  if (at < 0) return;
  const title = document.createElement("h1"), body = document.createElement("div");
  title.textContent = rows[at].querySelector("b").textContent;
  body.className = "body";
  body.innerHTML = bodies[at];
  find("issue").replaceChildren(title, body);
  rows.forEach((row, i) => row.firstChild.classList.toggle("open", i === at));
  document.querySelector("main").scrollTop = 0;
}

function filter() {
  const words = find("search").value.toLowerCase();
  const level = find("level").value, service = find("service").value;
  let any = false;
  rows.forEach((row, i) => {
    row.hidden = !text[i].includes(words) || (level && row.dataset.level !== level) || (service && row.dataset.service !== service);
    any = any || !row.hidden;
  });
  find("none").hidden = any;
}

find("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
for (const id of ["search", "level", "service"]) find(id).addEventListener("input", filter);
document.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
addEventListener("hashchange", show);
show();
