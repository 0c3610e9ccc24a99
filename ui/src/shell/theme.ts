/** Light or dark: the person's choice, kept on this device, or the system's. */
export type Theme = "system" | "light" | "dark";

const system = window.matchMedia("(prefers-color-scheme: dark)");
system.addEventListener("change", () => paint(rememberedTheme()));

export function rememberedTheme(): Theme {
  const kept = localStorage.getItem("theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Use a theme from now on; `public/theme.js` does the same before the first paint. */
export function wearTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem("theme");
  else localStorage.setItem("theme", theme);
  paint(theme);
}

function paint(theme: Theme): void {
  const isDark = theme === "dark" || (theme === "system" && system.matches);
  document.documentElement.classList.toggle("dark", isDark);
}
