/** The wall behind the door: shelves of covers without names, each drawn from its place alone. */
import type { ReactElement } from "react";
import { cn } from "@/kit/classes";

const COLUMNS = 5;
const ROWS = 5;

/** Ground and two inks, as printers chose them when colours were dear. */
const INKS: readonly (readonly [string, string, string])[] = [
  ["#1d3557", "#e4572e", "#a8c5da"],
  ["#f0dfc0", "#c8452c", "#1f6f6b"],
  ["#5c1a2e", "#f2a65a", "#d96c75"],
  ["#123c36", "#e9c46a", "#5fb49c"],
  ["#f6c453", "#b3361b", "#1f4e5f"],
  ["#24243a", "#b388eb", "#f7aef8"],
  ["#e4572e", "#fff7ec", "#5c1a2e"],
];

type Motif = (ink: string, second: string) => ReactElement;

/** On 80 × 120. */
const MOTIFS: readonly Motif[] = [
  // A sun over the sea.
  (ink, second) => (
    <>
      <circle cx="40" cy="50" r="24" fill={ink} />
      <path d="M0 78h80M0 88h80M0 98h80M0 108h80" stroke={second} strokeWidth="4" />
    </>
  ),
  // A voice.
  (ink, second) => (
    <path
      d="M14 52v16M24 40v40M34 28v64M44 44v32M54 34v52M64 50v20"
      stroke={second}
      strokeWidth="6"
      strokeLinecap="round"
      style={{ color: ink }}
    />
  ),
  // An open book.
  (ink, second) => (
    <>
      <path d="M40 44C30 34 18 34 10 36v50c8-2 20-2 30 8z" fill={ink} />
      <path d="M40 44c10-10 22-10 30-8v50c-8-2-20-2-30 8z" fill={second} />
    </>
  ),
  // A reel.
  (ink, second) => (
    <>
      <circle cx="40" cy="60" r="30" fill={ink} />
      <g fill={second}>
        <circle cx="40" cy="42" r="7" />
        <circle cx="57" cy="55" r="7" />
        <circle cx="51" cy="75" r="7" />
        <circle cx="29" cy="75" r="7" />
        <circle cx="23" cy="55" r="7" />
      </g>
    </>
  ),
  // A door left ajar.
  (ink, second) => (
    <>
      <path d="M22 108V44a18 18 0 0 1 36 0v64z" fill={ink} />
      <path d="M40 26a18 18 0 0 1 18 18v64H40z" fill={second} />
    </>
  ),
  // Hills at night.
  (ink, second) => (
    <>
      <circle cx="58" cy="30" r="9" fill={second} />
      <path d="M0 92 26 58l20 24 12-14 22 24v28H0z" fill={ink} />
    </>
  ),
  // Somebody who looks.
  (ink, second) => (
    <>
      <path d="M8 60c20-30 44-30 64 0-20 30-44 30-64 0z" fill={second} />
      <circle cx="40" cy="60" r="13" fill={ink} />
    </>
  ),
];

export function Wall({ className }: { className?: string }) {
  return (
    <div aria-hidden className={cn("overflow-hidden bg-[#17130f]", className)}>
      <div
        className="grid -translate-x-[6%] -translate-y-[7%] rotate-[-7deg] scale-125 gap-4"
        style={{ gridTemplateColumns: `repeat(${COLUMNS}, minmax(0, 1fr))` }}
      >
        {Array.from({ length: COLUMNS * ROWS }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a cover is its place
          <Tile key={place} place={place} />
        ))}
      </div>
    </div>
  );
}

function Tile({ place }: { place: number }) {
  const row = Math.floor(place / COLUMNS);
  const column = place % COLUMNS;
  // Seven of each, and no two covers alike.
  const [ground, ink, second] = INKS[(column * 2 + row * 3) % INKS.length] ?? ["", "", ""];
  const motif = MOTIFS[(column * 3 + row * 5) % MOTIFS.length];
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 80 120"
      className={cn("w-full rounded-xl shadow-high", column % 2 === 1 && "translate-y-[22%]")}
    >
      <rect width="80" height="120" fill={ground} />
      <g fill="none">{motif?.(ink, second)}</g>
    </svg>
  );
}
