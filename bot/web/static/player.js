// Plays a rehearsal without leaving the page: the bar's buttons are sent, what the bot says takes its place.
// Stands on board.js, which keeps the page live.
"use strict";

{
  const transport = document.querySelector("[data-transport]");
  const told = transport?.querySelector("[data-player-told]");

  async function move(form, button) {
    told.textContent = "";
    const where = button.hasAttribute("formaction") ? button.formAction : form.action;
    const body = new URLSearchParams(new FormData(form));
    if (button.name) body.append(button.name, button.value);
    try {
      const answer = await fetch(where, { method: "POST", body, headers: fragment });
      const there = parse(await answer.text());
      if (answer.ok) mergeParts(there);
      else told.textContent = there.body.textContent.trim() || failedWords;
    } catch {
      told.textContent = failedWords;
    }
  }

  transport?.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-player]")) return;
    event.preventDefault();
    move(event.target, event.submitter);
  });

  // Keys work while nothing that has a use for them has the keyboard.
  const USES_KEYS = "input, select, textarea, [contenteditable]";
  const USES_SPACE = "button, a, summary, [role=region]";
  const steps = (by) => {
    const speeds = [...transport.querySelectorAll("[name=speed]")];
    const now = speeds.findIndex((each) => each.ariaPressed === "true");
    speeds[now + by]?.click();
  };
  const keys = {
    " ": () => transport.querySelector("[value=toggle]")?.click(),
    ArrowRight: () => transport.querySelector("[value=step]")?.click(),
    "+": () => steps(1),
    "=": () => steps(1),
    "-": () => steps(-1),
  };

  addEventListener("keydown", (event) => {
    if (!transport || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (event.target.matches?.(USES_KEYS) || (event.key === " " && event.target.closest?.(USES_SPACE))) return;
    event.preventDefault();
    if (!event.repeat) keys[event.key]();
  });
}
