"use strict";
const find = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll("nav li")];
const text = rows.map((row) => (row.textContent + " " + row.dataset.service).toLowerCase());
let open;

function show() {
  const id = location.hash.slice(1);
  const article = find(id) || document.querySelector("article");
  if (!article || article.tagName !== "ARTICLE") return;
  if (open) open.hidden = true;
  open = article;
  open.hidden = false;
  for (const a of document.querySelectorAll("nav a.open")) a.classList.remove("open");
  const link = document.querySelector(`nav a[href="#${open.id}"]`);
  if (link) link.classList.add("open");
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
