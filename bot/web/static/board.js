// Keeps an open page live: pieces of HTML come from the server and take their place; forms are sent without leaving.
"use strict";

const link = document.getElementById("link");
const { liveWords, offlineWords, failedWords, newWords } = link.dataset;
const SILENCE = 15000;
const fragment = { "Gengfu-Fragment": "1" };
document.documentElement.classList.add("scripted");

link.textContent = "";

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const differs = (here, there) => here.outerHTML !== there.outerHTML;

function say(words, offline) {
  if (link.textContent !== words) link.textContent = words;
  link.classList.remove("still");
  link.classList.toggle("offline", offline);
}

// Puts `there` where `here` is; whoever had the keyboard in it keeps it, what was unfolded stays so.
function swap(here, there) {
  const held = here.contains(document.activeElement) ? document.activeElement : null;
  const place = held && [...here.querySelectorAll("a, button, summary")].indexOf(held);
  for (const { id } of here.querySelectorAll("details[open][id]")) there.querySelector(`#${id}`)?.setAttribute("open", "");
  here.replaceWith(there);
  if (!held) return;
  const same = held.value && there.querySelector(`button[value="${CSS.escape(held.value)}"]`);
  const like = [...there.querySelectorAll("a, button, summary")][place];
  (same || (like?.textContent === held.textContent ? like : there.closest("[tabindex]")))?.focus({ preventScroll: true });
}

function mergeParts(there) {
  for (const part of there.querySelectorAll("[data-part]")) {
    const here = document.querySelector(`[data-part="${part.dataset.part}"]`);
    if (here && here !== part && differs(here, part)) swap(here, part);
  }
}

// Items are told apart by their keys: known ones change in place, new ones stand by their moment, the oldest go.
function mergeList(list, there) {
  const scroller = list.closest(".past");
  const height = scroller.scrollHeight;
  const stands = there.dataset.keep && new Set([...there.children].map((each) => each.dataset.key));
  for (const item of [...list.children]) if (stands && !stands.has(item.dataset.key)) item.remove();
  for (const item of [...there.children]) {
    const here = list.querySelector(`:scope > [data-key="${item.dataset.key}"]`);
    if ("gone" in item.dataset) {
      here?.remove();
      continue;
    }
    const bubbles = here && [here.querySelector("[data-bubble]"), item.querySelector("[data-bubble]")];
    if (!here) {
      list.insertBefore(item, [...list.children].find((each) => Number(each.dataset.at) > Number(item.dataset.at)) || null);
      item.classList.add("arrived");
      if (item.matches(".message")) {
        document.getElementById("news").textContent = newWords + list.dataset.title;
        document.querySelector(`.chats a[href="#chat-${list.dataset.list}"]`)?.classList.add("fresh");
      }
    } else if (bubbles[0] && differs(...bubbles)) {
      swap(...bubbles);
    }
  }
  const messages = list.getElementsByClassName("message");
  while (messages.length > Number(list.dataset.keep)) list.firstElementChild.remove();
  while (list.firstElementChild?.matches(".divider:only-child, .divider:has(+ .divider)")) list.firstElementChild.remove();
  if (messages.length) scroller.querySelector("[data-nothing]")?.remove();
  // The list hangs from its lower end: whoever reads further up keeps their place.
  if (scroller.scrollTop < -8) scroller.scrollTop -= scroller.scrollHeight - height;
}

function merge(there) {
  for (const list of there.querySelectorAll("[data-list]")) {
    const here = document.querySelector(`[data-list="${list.dataset.list}"]`);
    if (here) mergeList(here, list);
  }
  mergeParts(there);
}

// The page is fetched and merged; what comes meanwhile is newer, or will be followed by what is, and waits its turn.
let stale = false;
let waiting = null;
async function reload() {
  stale = true;
  if (waiting) return;
  waiting = [];
  try {
    while (stale) {
      stale = false;
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.status >= 500) throw new Error(answer.status);
      const there = parse(await answer.text());
      const told = there.getElementById("link")?.dataset;
      if (told?.sees !== link.dataset.sees) return location.replace(answer.url);
      merge(there);
    }
    say(liveWords, false);
  } catch {
    stale = true;
    say(offlineWords, true);
  } finally {
    waiting.forEach(merge);
    waiting = null;
  }
}

let heard = Date.now();
let source;
function connect() {
  source?.close();
  heard = Date.now();
  const { events, sees, version } = link.dataset;
  source = new EventSource(`${events}?${new URLSearchParams({ version, sees })}`);
  source.onerror = () => say(offlineWords, true);
  const on = (kind, act) => source.addEventListener(kind, (event) => {
    heard = Date.now();
    act(event.data);
    if (stale && !waiting) reload();
    else if (!stale) say(liveWords, false);
  });
  on("pieces", (html) => (waiting ? waiting.push(parse(html)) : merge(parse(html))));
  on("version", (version) => { link.dataset.version = version; });
  on("reload", reload);
}

// A connection that died without a word, or that the browser has given up, is opened anew.
setInterval(() => {
  const dead = source.readyState === EventSource.CLOSED;
  if (!dead && Date.now() - heard < SILENCE) return;
  say(offlineWords, true);
  connect();
}, 3000);

async function post(form, button) {
  const filled = new FormData(form);
  if (button?.name) filled.append(button.name, button.value);
  const data = form.enctype === "multipart/form-data" ? filled : new URLSearchParams(filled);
  const answer = await fetch(form.action, { method: "POST", body: data, headers: fragment, redirect: "manual" });
  return answer.type === "opaqueredirect" ? "" : answer.text();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-live]")) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  const place = form.closest(".message, .chat, [data-asks]").querySelector(":scope > [data-told]");
  form.ariaBusy = "true";
  try {
    const told = parse(await post(form, event.submitter)).querySelector(".answer");
    place.replaceChildren(...(told ? [told] : []));
    if (form.matches("[data-say]")) form.reset();
  } catch {
    place.textContent = failedWords;
  } finally {
    form.ariaBusy = null;
  }
});

// A file that was chosen is told by its name, where the place for it is as small as a sign.
function nameFile(input) {
  input.closest(".attach").classList.toggle("chosen", input.files.length > 0);
  input.closest(".attach").title = input.files[0]?.name || input.ariaLabel;
}
document.addEventListener("change", (event) => event.target.matches(".attach input") && nameFile(event.target));
document.addEventListener("reset", (event) => {
  const input = event.target.querySelector(".attach input");
  if (input) setTimeout(() => nameFile(input));
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) navigator.clipboard.writeText(button.parentElement.querySelector("input").value).then(() => button.classList.add("chosen"));
});

document.querySelector("[data-speaker] select")?.addEventListener("change", (event) => {
  post(event.target.form).catch(() => say(failedWords, true));
});

document.addEventListener("animationend", (event) => event.target.classList.remove("fresh", "arrived"));

const news = document.createElement("p");
news.id = "news";
news.className = "unseen";
news.setAttribute("role", "status");
document.body.append(news);
const here = new URL(location);
if (here.searchParams.has("told")) {
  here.searchParams.delete("told");
  history.replaceState(null, "", here);
}
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => event.persisted && connect());
connect();
