/** Numbers, dates and durations as people write them, in the language of the page. */
import { i18n } from "@lingui/core";

/** How the person's own country writes the page's language: en-GB where the browser says so, and not America's en. */
export function region(): string {
  const wished = typeof navigator === "undefined" ? [] : navigator.languages;
  return wished.find((one) => one.toLowerCase().startsWith(`${i18n.locale}-`)) ?? i18n.locale;
}

const made = new Map<string, unknown>();

/** Intl's objects are dear to make and free to use again. */
function kept<T>(key: string, make: () => T): T {
  const full = `${region()} ${key}`;
  const there = made.get(full);
  if (there !== undefined) return there as T;
  const fresh = make();
  made.set(full, fresh);
  return fresh;
}

/** 12,345 */
export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return kept(`n${JSON.stringify(options)}`, () => new Intl.NumberFormat(region(), options)).format(value);
}

/** 83% of a share between 0 and 1. */
export function percent(share: number): string {
  return number(share, { style: "percent", maximumFractionDigits: 0 });
}

/** 3.2 MB */
export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return number(count / 1000 ** power, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power === 0 || count / 1000 ** power >= 100 ? 0 : 1,
  });
}

type When = string | number | Date;

function date(value: When, options: Intl.DateTimeFormatOptions): string {
  return kept(`d${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(region(), options)).format(
    new Date(value),
  );
}

/** 14 March 2026 */
export function day(value: When): string {
  return date(value, { dateStyle: "long" });
}

/** 14 Mar 2026 */
export function shortDay(value: When): string {
  return date(value, { dateStyle: "medium" });
}

/** 14 Mar 2026 of a day whose moment nobody knows: it is kept as its midnight UTC. */
export function bareDay(value: When): string {
  return date(value, { dateStyle: "medium", timeZone: "UTC" });
}

/** Saturday, 14 March */
export function weekday(value: When): string {
  return date(value, { weekday: "long", day: "numeric", month: "long" });
}

/** March 2026 */
export function month(value: When): string {
  return date(value, { month: "long", year: "numeric" });
}

/** 14 Mar 2026, 20:15 */
export function moment(value: When): string {
  return date(value, { dateStyle: "medium", timeStyle: "short" });
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 days ago", "yesterday", "in 5 minutes"; "now" within a minute. */
export function ago(value: When, now: number = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const format = kept("r", () => new Intl.RelativeTimeFormat(region(), { numeric: "auto" }));
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  }
  return format.format(0, "second");
}

/** 2 hr 5 min; below a minute in seconds. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return unit(whole, "second");
  const minutes = Math.round(whole / 60);
  const hours = Math.floor(minutes / 60);
  const parts = [hours > 0 && unit(hours, "hour"), minutes % 60 > 0 && unit(minutes % 60, "minute")];
  return parts.filter((part) => part !== false).join(" ");
}

function unit(value: number, name: string): string {
  return number(value, { style: "unit", unit: name, unitDisplay: "short" });
}

/** 1:02:07, the way players show a place in a recording. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0/, "");
}

/** "film, drama and war". */
export function list(parts: readonly string[]): string {
  return kept("l", () => new Intl.ListFormat(region(), { type: "conjunction" })).format(parts);
}

/** "French" of "fr"; the code itself where nobody has a name for it. */
export function language(code: string): string {
  try {
    return kept("lang", () => new Intl.DisplayNames(region(), { type: "language" })).of(code) ?? code;
  } catch {
    return code;
  }
}
