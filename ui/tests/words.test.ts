/** Numbers, dates and durations read as people write them, in both languages. */
import { i18n } from "@lingui/core";
import { beforeEach, expect, test } from "vitest";
import { ago, bytes, clock, duration, language, list, number, percent } from "@/kit/words";

function speak(locale: string): void {
  i18n.loadAndActivate({ locale, messages: {} });
}

beforeEach(() => speak("en"));

test("numbers are grouped as the language groups them", () => {
  expect(number(1234567)).toBe("1,234,567");
  expect(percent(0.834)).toBe("83%");
  speak("de");
  expect(number(1234567)).toBe("1.234.567");
});

test("sizes have the unit that fits", () => {
  expect(bytes(0)).toBe("0 bytes");
  expect(bytes(999)).toBe("999 bytes");
  expect(bytes(3_200_000)).toBe("3.2 MB");
  expect(bytes(250_000_000_000)).toBe("250 GB");
});

test("durations drop what is nothing", () => {
  expect(duration(42)).toBe("42 sec");
  expect(duration(59.7)).toBe("1 min");
  expect(duration(3600)).toBe("1 hr");
  expect(duration(7500)).toBe("2 hr 5 min");
});

test("a place in a recording reads like a player's", () => {
  expect(clock(0)).toBe("0:00");
  expect(clock(65)).toBe("1:05");
  expect(clock(600)).toBe("10:00");
  expect(clock(3727)).toBe("1:02:07");
  expect(clock(-3)).toBe("0:00");
});

test("times are said from now", () => {
  const now = Date.UTC(2026, 2, 14, 20);
  expect(ago(now - 86_400_000, now)).toBe("yesterday");
  expect(ago(now - 3 * 3_600_000, now)).toBe("3 hours ago");
  expect(ago(now + 5 * 60_000, now)).toBe("in 5 minutes");
  expect(ago(now - 10_000, now)).toBe("now");
  speak("de");
  expect(ago(now - 86_400_000, now)).toBe("gestern");
});

test("lists and languages have names", () => {
  expect(list(["film", "drama", "war"])).toBe("film, drama, and war");
  expect(language("fr")).toBe("French");
  expect(language("no such code")).toBe("no such code");
});
