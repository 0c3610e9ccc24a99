/** Days and months as the API tells them ("2025-03-14"), and their names in the language of the page. */
import { region } from "@/kit/words";

/** The noon of a day here: no time zone makes another day of it. */
export function noon(day: string): Date {
  return new Date(`${day}T12:00:00`);
}

export function isoDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function monthName(month: number, style: "long" | "short" | "narrow" = "short"): string {
  return new Intl.DateTimeFormat(region(), { month: style }).format(new Date(2023, month, 15));
}

/** The name of a weekday, Monday being 0. */
export function weekdayName(weekday: number, style: "long" | "short" | "narrow" = "short"): string {
  return new Intl.DateTimeFormat(region(), { weekday: style }).format(new Date(2024, 0, 1 + weekday));
}

/** An hour as clocks show it: "20:00", "8 PM". */
export function hourName(hour: number): string {
  return new Intl.DateTimeFormat(region(), { hour: "numeric" }).format(new Date(2024, 0, 1, hour));
}

/** A day without its year: "14 March". */
export function dayOfYear(day: string): string {
  return new Intl.DateTimeFormat(region(), { day: "numeric", month: "long" }).format(noon(day));
}
