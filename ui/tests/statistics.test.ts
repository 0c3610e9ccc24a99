/** What statistics say in words is in their figures. */
import { describe, expect, it } from "vitest";
import type { StretchView } from "@/api/schema";
import { strengths } from "@/pages/statistics/heat";
import { peak } from "@/pages/statistics/hours";
import { moved } from "@/pages/statistics/moving";

const day = (views: number): StretchView => ({ start: "2026-01-01", views, minutes: 0, kinds: {} });

describe("the squares of a year", () => {
  it("are empty where there was nothing, and the fullest day is the darkest", () => {
    const strength = strengths([0, 1, 1, 1, 2, 2, 3, 9].map(day));
    expect([0, 1, 2, 3, 9].map(strength)).toEqual([0, 1, 2, 3, 4]);
  });
  it("are alike where all days are", () => {
    const strength = strengths([2, 2, 2].map(day));
    expect(strength(2)).toBe(1);
  });
});

describe("the hour of the week", () => {
  it("is the one with most views", () => {
    const hours = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
    expect(peak(hours)).toBeNull();
    hours.at(4)?.splice(21, 1, 3);
    expect(peak(hours)).toEqual({ weekday: 4, hour: 21, views: 3 });
  });
});

describe("how taste moved", () => {
  const lines = [
    { name: "Drama", shares: [0.5, 0, 0.4] },
    { name: "Comedy", shares: [0.1, 1, 0.35] },
  ];
  it("is told between the first and the last stretch with enough titles", () => {
    const drift = { starts: ["2024-01-01", "2025-01-01", "2026-01-01"], titles: [12, 1, 9], lines };
    expect(moved(drift)).toEqual({ at: 1, from: 0.1, to: 0.35 });
  });
  it("is not told of one stretch", () => {
    expect(moved({ starts: ["2024-01-01", "2025-01-01"], titles: [12, 2], lines })).toBeNull();
  });
});
