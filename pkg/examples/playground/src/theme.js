// Light or dark: as the system says, until a person says otherwise.

import { find } from "./element.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  find("theme").addEventListener("click", () => {
    const isDark = root.dataset.theme === undefined ? dark.matches : root.dataset.theme === "dark";
    root.dataset.theme = isDark ? "light" : "dark";
  });
}
