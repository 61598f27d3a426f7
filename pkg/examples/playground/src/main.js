// Puts settings, call and views together. A frame is drawn while a call runs, and none otherwise.

import { showBanner } from "./banner.js";
import { Call } from "./call.js";
import { code } from "./code.js";
import { Controls } from "./controls.js";
import { find } from "./element.js";
import { showFigures } from "./figures.js";
import { clearPages, showPages, startTabs } from "./pages.js";
import { PRESETS, staged } from "./presets.js";
import { showAnswer } from "./prose.js";
import { DEFAULTS, WIRES, fragment, parsed } from "./settings.js";
import { startTheme } from "./theme.js";
import { clearTimeline, showTimeline } from "./timeline.js";

const [cancel, copy] = [find("cancel", HTMLButtonElement), find("copy")];
/** @type {Call | undefined} */
let call;

const initial = location.hash.length > 1 || PRESETS[0] === undefined ? parsed(location.hash) : staged(PRESETS[0], DEFAULTS);
const controls = new Controls(initial, (isScene) => {
  changed();
  if (isScene) run();
});

startTabs();
startTheme();
changed();
showFigures(new Call(controls.settings));
find("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
cancel.addEventListener("click", () => call?.cancel());
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") call?.cancel();
});
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(code(controls.settings));
  copy.textContent = "Copied";
  setTimeout(() => (copy.textContent = "Copy"), 1500);
});

function changed() {
  find("code").textContent = code(controls.settings);
  history.replaceState(null, "", fragment(controls.settings));
}

function run() {
  call?.cancel();
  const mine = new Call(structuredClone(controls.settings));
  call = mine;
  clearTimeline();
  clearPages();
  const { model, title } = WIRES[mine.settings.wire];
  find("model").textContent = `${model} over ${title}, simulated`;
  cancel.disabled = false;
  void mine.run();
  const frame = () => {
    if (call !== mine) return;
    draw(mine);
    if (mine.isOver) cancel.disabled = true;
    else requestAnimationFrame(frame);
  };
  frame();
}

/** @param {Call} call */
function draw(call) {
  showBanner(call);
  showAnswer(call);
  showTimeline(call);
  showFigures(call);
  showPages(call);
}
