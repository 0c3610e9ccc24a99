/** A title's cover: the picture where the person allows remote images, else one drawn from its name. */
import { useState } from "react";
import { usePreferences } from "@/api/preferences";
import { cn } from "./classes";
import type { Kind } from "./kinds";

export type Covered = {
  title: string;
  kind: Kind;
  year?: number | null | undefined;
  /** Who made it; printed at the foot. */
  by?: string | null | undefined;
  imageUrl?: string | null | undefined;
};

/** Ground, ink, and two inks of the drawing. Every ink keeps 4.5:1 on its ground. */
const PALETTES: readonly (readonly [string, string, string, string])[] = [
  ["#1d3557", "#f7f0e3", "#e4572e", "#a8c5da"],
  ["#f0dfc0", "#2b1d12", "#c8452c", "#1f6f6b"],
  ["#5c1a2e", "#fbeee0", "#f2a65a", "#d96c75"],
  ["#123c36", "#eef4e6", "#e9c46a", "#5fb49c"],
  ["#e9e4f5", "#251b45", "#7b4bc4", "#f08a5d"],
  ["#2b2d42", "#f4f1ea", "#ef8354", "#8d99ae"],
  ["#f6c453", "#2a1a05", "#b3361b", "#1f4e5f"],
  ["#0f4c5c", "#fdf3e3", "#fb8b24", "#9ad1d4"],
  ["#f4d6cf", "#3a1220", "#b23a57", "#5b7f95"],
  ["#24243a", "#f2ecff", "#b388eb", "#f7aef8"],
  ["#dfe8d8", "#18301f", "#3f7d4e", "#d98e32"],
  ["#7a2414", "#fff0df", "#ffb454", "#f26b3a"],
];

/** A number made from text, the same on every machine (FNV-1a, 32 bits). */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  return sum >>> 0;
}

/** Even numbers from 0 to 1, drawn from a seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function Cover({ title, kind, year, by, imageUrl, className }: Covered & { className?: string }) {
  const { remote_images: isAllowed } = usePreferences();
  const [isBroken, setBroken] = useState(false);
  if (imageUrl && isAllowed && !isBroken) {
    return (
      <div className={cn("aspect-2/3 overflow-hidden rounded-card bg-sunken shadow-card", className)}>
        <img
          src={imageUrl}
          alt=""
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          onError={() => setBroken(true)}
          className="size-full object-cover"
        />
      </div>
    );
  }
  return <Drawn title={title} kind={kind} year={year} by={by} className={className} />;
}

/** Longer titles are set smaller: by their length, and by their longest word, which must not be broken. */
function typeSize(title: string): number {
  const longest = Math.max(...title.split(/[\s-]+/).map((word) => word.length));
  return Math.max(6.5, Math.min(15, 132 / Math.max(longest, 6), 42 / Math.sqrt(title.length) + 3.5));
}

function Drawn({ title, kind, year, by, className }: Covered & { className?: string | undefined }) {
  const seed = hash(`${kind}:${title}`);
  const [ground, ink, first, second] = PALETTES[seed % PALETTES.length] ?? [
    "#1d3557",
    "#f7f0e3",
    "#e4572e",
    "#a8c5da",
  ];
  const isBook = kind === "book";
  return (
    <div
      aria-hidden
      style={{ backgroundColor: ground, color: ink }}
      className={cn("@container relative aspect-2/3 overflow-hidden rounded-card shadow-card", className)}
    >
      <svg
        viewBox="0 0 200 300"
        preserveAspectRatio="xMidYMid slice"
        className="absolute inset-0 size-full"
        aria-hidden="true"
      >
        <Drawing kind={kind} seed={seed} first={first} second={second} />
      </svg>
      <div
        className={cn("absolute inset-0 flex flex-col p-[8cqi]", isBook ? "justify-start" : "justify-end")}
      >
        <p
          style={{ fontSize: `${typeSize(title)}cqi`, textWrap: "balance" }}
          className={cn(
            "line-clamp-5 leading-[1.04] wrap-anywhere hyphens-auto",
            isBook ? "font-serif font-medium" : "font-display font-extrabold tracking-tight",
          )}
        >
          {title}
        </p>
        <p className="mt-[3cqi] flex justify-between gap-[4cqi] text-[6.2cqi] leading-tight opacity-85">
          <span className="line-clamp-1">{by}</span>
          <span className="tabular">{year}</span>
        </p>
      </div>
    </div>
  );
}

type DrawingProps = { kind: Kind; seed: number; first: string; second: string };

/** Every kind has a hand of its own, so that a shelf can be read from afar. */
function Drawing({ kind, seed, first, second }: DrawingProps) {
  const roll = dice(seed);
  switch (kind) {
    case "film":
      return roll() < 0.5 ? (
        <Horizon roll={roll} first={first} second={second} />
      ) : (
        <Beams roll={roll} first={first} second={second} />
      );
    case "show":
    case "episode":
      return <Bands roll={roll} first={first} second={second} />;
    case "book":
      return <Shapes roll={roll} first={first} second={second} />;
    case "video":
      return <Tiles roll={roll} first={first} second={second} />;
    case "audio":
      return <Waves roll={roll} first={first} second={second} />;
  }
}

type Hand = { roll: () => number; first: string; second: string };

/** A sun over hills. */
function Horizon({ roll, first, second }: Hand) {
  const x = 45 + roll() * 110;
  const y = 55 + roll() * 55;
  const radius = 26 + roll() * 34;
  const hill = (base: number) => {
    const [a, b, c] = [base - roll() * 40, base - roll() * 60, base - roll() * 30];
    return `M0 300V${a}C50 ${a - 30 * roll()} 70 ${b} 110 ${b}S170 ${c + 24} 200 ${c}V300Z`;
  };
  return (
    <>
      <circle cx={x} cy={y} r={radius} fill={first} />
      <path d={hill(190)} fill={second} opacity="0.4" />
      <path d={hill(235)} fill={second} opacity="0.28" />
    </>
  );
}

/** Light from a projector. */
function Beams({ roll, first, second }: Hand) {
  const x = roll() < 0.5 ? -10 : 210;
  const y = 10 + roll() * 60;
  const spread = 34 + roll() * 26;
  const far = 200 - x;
  return (
    <>
      {[0, 1, 2, 3].map((at) => (
        <path
          key={at}
          d={`M${x} ${y}L${far} ${y + at * spread - 20}L${far} ${y + at * spread + spread * 0.55 - 20}Z`}
          fill={at % 2 ? second : first}
          opacity={0.85 - at * 0.14}
        />
      ))}
      <circle cx={x} cy={y} r={30} fill={first} />
    </>
  );
}

/** Broad bands, as of a test card. */
function Bands({ roll, first, second }: Hand) {
  const tilt = -24 + roll() * 48;
  const start = 10 + roll() * 30;
  return (
    <g transform={`rotate(${tilt} 100 90)`}>
      {[0, 1, 2, 3, 4].map((at) => (
        <rect
          key={at}
          x={-80}
          y={start + at * 27}
          width={360}
          height={7 + roll() * 14}
          fill={at % 2 ? second : first}
          opacity={0.9 - at * 0.12}
        />
      ))}
    </g>
  );
}

/** Cut paper below the title. */
function Shapes({ roll, first, second }: Hand) {
  const x = 60 + roll() * 80;
  const y = 205 + roll() * 30;
  const turn = roll() * 90;
  return (
    <>
      <circle cx={x} cy={y} r={48 + roll() * 22} fill={first} />
      <rect
        x={x - 20}
        y={y - 8}
        width={70 + roll() * 40}
        height={70 + roll() * 30}
        fill={second}
        opacity="0.75"
        transform={`rotate(${turn} ${x} ${y})`}
      />
      <line x1="0" x2="200" y1={280} y2={280} stroke={first} strokeWidth="3" />
    </>
  );
}

/** A wall of small pictures. */
function Tiles({ roll, first, second }: Hand) {
  const tiles = Array.from({ length: 24 }, (_, at) => ({ at, dice: roll(), bright: roll() }));
  return (
    <>
      {tiles.map(({ at, dice: kind, bright }) => (
        <rect
          key={at}
          x={(at % 4) * 50 + 4}
          y={Math.floor(at / 4) * 34 + 4}
          width={42}
          height={26}
          rx={4}
          fill={kind < 0.5 ? first : second}
          opacity={0.08 + bright * 0.5}
        />
      ))}
    </>
  );
}

/** Rings that spread, as sound does. */
function Waves({ roll, first, second }: Hand) {
  const x = 40 + roll() * 120;
  const y = 60 + roll() * 50;
  return (
    <>
      {[96, 74, 54, 36, 20].map((radius, at) => (
        <circle
          key={radius}
          cx={x}
          cy={y}
          r={radius}
          fill="none"
          stroke={at % 2 ? second : first}
          strokeWidth={5 + roll() * 5}
          opacity={0.4 + at * 0.13}
        />
      ))}
      <circle cx={x} cy={y} r={8} fill={first} />
    </>
  );
}
