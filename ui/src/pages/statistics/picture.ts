/** A picture of a year to show to others, 1080 by 1350, drawn here: nothing of it leaves this device by itself. */
import { i18n } from "@lingui/core";
import type { Statistics } from "@/api/schema";
import { number } from "@/kit/words";
import { strengths } from "./heat";

export const WIDTH = 1080;
export const HEIGHT = 1350;
const MARGIN = 84;

export type Words = {
  title: string;
  big: string;
  unit: string;
  /** Three small figures: [value, name]. */
  tiles: readonly (readonly [string, string])[];
  mostOf: string;
};

export type Look = { ground: string; ink: string; soft: string; accent: string };

export const LOOKS: Record<"paper" | "ink" | "vermilion", Look> = {
  paper: { ground: "#faf8f4", ink: "#1c1a17", soft: "#665f55", accent: "#bf3f1a" },
  ink: { ground: "#131318", ink: "#f3f0e9", soft: "#a8a3b0", accent: "#ff8157" },
  vermilion: { ground: "#b83a16", ink: "#fff6ee", soft: "#ffd9c7", accent: "#ffe2a8" },
};

/** The picture as a PNG. `withTitles`: whether it names what was watched. */
export async function drawn(
  statistics: Statistics,
  words: Words,
  look: Look,
  withTitles: boolean,
): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw pictures.");
  await Promise.all([
    document.fonts.load("800 100px 'Bricolage Grotesque Variable'"),
    document.fonts.load("500 30px 'Inter Variable'"),
  ]);
  ground(pen, look);
  heading(pen, words, look);
  const top = figures(pen, words, look);
  if (statistics.year === null) bars(pen, statistics, look, top);
  else heat(pen, statistics, look, top);
  if (withTitles) titles(pen, statistics, words, look);
  else genres(pen, statistics, look);
  foot(pen, look);
  return await new Promise((done, fail) => {
    canvas.toBlob(
      (blob) => (blob ? done(blob) : fail(new Error("The picture could not be made."))),
      "image/png",
    );
  });
}

const display = (size: number) =>
  `800 ${size}px 'Bricolage Grotesque Variable', 'Inter Variable', sans-serif`;
const plain = (size: number, weight = 500) => `${weight} ${size}px 'Inter Variable', sans-serif`;

function ground(pen: CanvasRenderingContext2D, look: Look): void {
  pen.fillStyle = look.ground;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.strokeStyle = look.accent;
  pen.globalAlpha = 0.22;
  pen.lineWidth = 2.5;
  for (let radius = 60; radius <= 480; radius += 60) {
    pen.beginPath();
    pen.arc(WIDTH - 70, 150, radius, 0, Math.PI * 2);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

function heading(pen: CanvasRenderingContext2D, words: Words, look: Look): void {
  pen.fillStyle = look.soft;
  pen.font = plain(36, 600);
  pen.fillText(words.title, MARGIN, 132);
}

/** Cut to a width, with an ellipsis where something is cut. */
function fitted(pen: CanvasRenderingContext2D, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  let cut = text;
  while (cut.length > 1 && pen.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

function figures(pen: CanvasRenderingContext2D, words: Words, look: Look): number {
  pen.fillStyle = look.ink;
  let size = 300;
  pen.font = display(size);
  while (pen.measureText(words.big).width > WIDTH - 2 * MARGIN && size > 120) {
    size -= 10;
    pen.font = display(size);
  }
  pen.fillText(words.big, MARGIN - size * 0.03, 400);
  pen.font = display(64);
  pen.fillStyle = look.accent;
  pen.fillText(words.unit, MARGIN, 486);
  const width = (WIDTH - 2 * MARGIN) / words.tiles.length;
  words.tiles.forEach(([value, name], at) => {
    const x = MARGIN + at * width;
    pen.fillStyle = look.ink;
    pen.font = display(76);
    pen.fillText(value, x, 632);
    pen.fillStyle = look.soft;
    pen.font = plain(28);
    pen.fillText(fitted(pen, name, width - 20), x, 676);
  });
  return 740;
}

/** The days of a year as squares. */
function heat(pen: CanvasRenderingContext2D, statistics: Statistics, look: Look, top: number): void {
  if (statistics.year === null) return;
  const strength = strengths(statistics.days);
  const viewsByDay = new Map(statistics.days.map((one) => [one.start, one.views]));
  const step = (WIDTH - 2 * MARGIN) / 53;
  const before = (new Date(statistics.year, 0, 1).getDay() + 6) % 7;
  daysOf(statistics.year).forEach((day, at) => {
    const place = at + before;
    const level = strength(viewsByDay.get(day) ?? 0);
    pen.fillStyle = level === 0 ? look.ink : look.accent;
    pen.globalAlpha = [0.09, 0.34, 0.56, 0.78, 1][level] ?? 0.09;
    pen.beginPath();
    pen.roundRect(
      MARGIN + Math.floor(place / 7) * step,
      top + (place % 7) * (step + 4),
      step - 3,
      step + 1,
      4,
    );
    pen.fill();
  });
  pen.globalAlpha = 1;
}

/** The months of all years as bars. */
function bars(pen: CanvasRenderingContext2D, statistics: Statistics, look: Look, top: number): void {
  const most = Math.max(1, ...statistics.months.map((month) => month.views));
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, statistics.months.length);
  statistics.months.forEach((month, at) => {
    const height = Math.max(3, (month.views / most) * 150);
    pen.fillStyle = month.views ? look.accent : look.soft;
    pen.beginPath();
    pen.roundRect(
      MARGIN + at * step,
      top + 158 - height,
      Math.max(1, step * 0.78),
      height,
      Math.min(5, step / 4),
    );
    pen.fill();
  });
}

function daysOf(year: number): string[] {
  const days: string[] = [];
  const two = (value: number) => String(value).padStart(2, "0");
  for (let date = new Date(year, 0, 1, 12); date.getFullYear() === year; date.setDate(date.getDate() + 1))
    days.push(`${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}`);
  return days;
}

function lines(
  pen: CanvasRenderingContext2D,
  look: Look,
  rows: readonly (readonly [string, string])[],
): void {
  rows.forEach(([name, value], at) => {
    const y = 1010 + at * 62;
    pen.fillStyle = look.accent;
    pen.font = display(38);
    pen.fillText(number(at + 1), MARGIN, y);
    pen.fillStyle = look.soft;
    pen.font = plain(30);
    const right = pen.measureText(value).width;
    pen.fillText(value, WIDTH - MARGIN - right, y);
    pen.fillStyle = look.ink;
    pen.font = plain(36, 600);
    pen.fillText(fitted(pen, name, WIDTH - 2 * MARGIN - right - 90), MARGIN + 56, y);
  });
}

function titles(pen: CanvasRenderingContext2D, statistics: Statistics, words: Words, look: Look): void {
  const hours = (minutes: number) =>
    new Intl.NumberFormat(i18n.locale, { style: "unit", unit: "hour", maximumFractionDigits: 0 }).format(
      minutes / 60,
    );
  const rows = statistics.most
    .slice(0, 4)
    .map((one): [string, string] => [
      one.item.title,
      one.minutes >= 60 ? hours(one.minutes) : `${number(one.views)}×`,
    ]);
  if (rows.length > 0) {
    pen.fillStyle = look.soft;
    pen.font = plain(28);
    pen.fillText(words.mostOf, MARGIN, 956);
  }
  lines(pen, look, rows);
}

function genres(pen: CanvasRenderingContext2D, statistics: Statistics, look: Look): void {
  lines(
    pen,
    look,
    statistics.genres.slice(0, 4).map((one): [string, string] => [one.name, number(one.titles)]),
  );
}

function foot(pen: CanvasRenderingContext2D, look: Look): void {
  pen.fillStyle = look.ink;
  pen.font = display(34);
  pen.fillText("Mediatheque", MARGIN, HEIGHT - 66);
}
