/** What is drawn on a cover that has no picture: cut paper, from dice that the title has thrown. */
import type { ReactElement } from "react";
import type { Kind } from "./kinds";

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

type DrawingProps = { kind: Kind; seed: number; first: string; second: string };

type Hand = { roll: () => number; first: string; second: string };

/** Every kind has hands of its own, so that a shelf can be read from afar. */
const HANDS: Record<Kind, readonly ((hand: Hand) => ReactElement)[]> = {
  film: [horizon, beams, doorway, skyline, eclipse],
  show: [bands, steps, orbit],
  episode: [bands, steps, orbit],
  book: [shapes, arches, leaves, spines, dots],
  video: [tiles, rays],
  audio: [rings, bars],
};

/** Drawn in a box of 200 × 300; a book's title stands above it, any other below. */
export function Drawing({ kind, seed, first, second }: DrawingProps) {
  const roll = dice(seed);
  const hands = HANDS[kind];
  const hand = hands[Math.floor(roll() * hands.length)] ?? horizon;
  return hand({ roll, first, second });
}

/** A sun over hills. */
function horizon({ roll, first, second }: Hand) {
  const hill = (base: number) => {
    const [a, b, c] = [base - roll() * 40, base - roll() * 60, base - roll() * 30];
    return `M0 300V${a}C50 ${a - 30 * roll()} 70 ${b} 110 ${b}S170 ${c + 24} 200 ${c}V300Z`;
  };
  return (
    <>
      <circle cx={45 + roll() * 110} cy={55 + roll() * 55} r={26 + roll() * 34} fill={first} />
      <path d={hill(190)} fill={second} opacity="0.4" />
      <path d={hill(235)} fill={second} opacity="0.28" />
    </>
  );
}

/** Light from a projector. */
function beams({ roll, first, second }: Hand) {
  const x = roll() < 0.5 ? -10 : 210;
  const y = 10 + roll() * 60;
  const spread = 34 + roll() * 26;
  return (
    <>
      {[0, 1, 2, 3].map((at) => (
        <path
          key={at}
          d={`M${x} ${y}L${200 - x} ${y + at * spread - 20}L${200 - x} ${y + at * spread + spread * 0.55 - 20}Z`}
          fill={at % 2 ? second : first}
          opacity={0.85 - at * 0.14}
        />
      ))}
      <circle cx={x} cy={y} r={30} fill={first} />
    </>
  );
}

/** A lit door at the end of a corridor. */
function doorway({ roll, first, second }: Hand) {
  const x = 80 + roll() * 40;
  return (
    <>
      {[3, 2, 1].map((at) => (
        <rect
          key={at}
          x={x - at * 26 - 8}
          y={92 - at * 26}
          width={at * 52 + 16}
          height={at * 46 + 40}
          fill={second}
          opacity={0.16 + (3 - at) * 0.14}
        />
      ))}
      <rect x={x - 15} y={74} width={30} height={58 + roll() * 14} fill={first} />
    </>
  );
}

/** A town by night, and the moon. */
function skyline({ roll, first, second }: Hand) {
  const houses = Array.from({ length: 8 }, (_, at) => ({ at, height: 30 + roll() * 95, shade: roll() }));
  return (
    <>
      <circle cx={40 + roll() * 120} cy={44 + roll() * 24} r={18 + roll() * 12} fill={first} />
      {houses.map(({ at, height, shade }) => (
        <rect
          key={at}
          x={at * 25}
          y={205 - height}
          width={25.5}
          height={height + 100}
          fill={second}
          opacity={0.18 + shade * 0.3}
        />
      ))}
    </>
  );
}

/** One circle before another. */
function eclipse({ roll, first, second }: Hand) {
  const radius = 46 + roll() * 22;
  const x = 70 + roll() * 60;
  const shift = (roll() < 0.5 ? -1 : 1) * (18 + roll() * 30);
  return (
    <>
      <circle cx={x} cy={100} r={radius} fill={first} />
      <circle cx={x + shift} cy={100 + shift * 0.4} r={radius * 0.92} fill={second} opacity="0.82" />
      <line
        x1="0"
        x2="200"
        y1={100 + radius + 20}
        y2={100 + radius + 20}
        stroke={first}
        strokeWidth="2"
        opacity="0.6"
      />
    </>
  );
}

/** Broad bands, as of a test card. */
function bands({ roll, first, second }: Hand) {
  const start = 10 + roll() * 30;
  return (
    <g transform={`rotate(${-24 + roll() * 48} 100 90)`}>
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

/** A stair, one step an episode. */
function steps({ roll, first, second }: Hand) {
  const isUp = roll() < 0.5;
  return (
    <>
      {[0, 1, 2, 3, 4, 5].map((at) => (
        <rect
          key={at}
          x={isUp ? at * 34 : 166 - at * 34}
          y={150 - at * 24}
          width={34.5}
          height={20 + at * 24}
          fill={at % 2 ? second : first}
          opacity={0.45 + at * 0.09}
        />
      ))}
    </>
  );
}

/** Moons on their ways. */
function orbit({ roll, first, second }: Hand) {
  const turn = roll() * 360;
  return (
    <g transform={`translate(100 98) rotate(${turn})`}>
      {[84, 58, 34].map((radius, at) => (
        <g key={radius} transform={`rotate(${at * 117 + turn})`}>
          <circle r={radius} fill="none" stroke={second} strokeWidth="2.5" opacity="0.55" />
          <circle cx={radius} r={6 + at * 3} fill={first} />
        </g>
      ))}
      <circle r={14} fill={second} />
    </g>
  );
}

/** Cut paper. */
function shapes({ roll, first, second }: Hand) {
  const x = 60 + roll() * 80;
  const y = 205 + roll() * 30;
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
        transform={`rotate(${roll() * 90} ${x} ${y})`}
      />
    </>
  );
}

/** Arch within arch. */
function arches({ roll, first, second }: Hand) {
  const x = 70 + roll() * 60;
  return (
    <>
      {[74, 56, 38, 20].map((radius, at) => (
        <path
          key={radius}
          d={`M${x - radius} 300V${222 - roll() * 8}A${radius} ${radius} 0 0 1 ${x + radius} 222V300Z`}
          fill={at % 2 ? second : first}
          opacity={0.95 - at * 0.06}
        />
      ))}
    </>
  );
}

/** A twig. */
function leaves({ roll, first, second }: Hand) {
  const lean = -14 + roll() * 28;
  return (
    <g transform={`translate(${90 + roll() * 20} 306) rotate(${lean})`}>
      <path d="M0 0V-165" stroke={second} strokeWidth="3" />
      {[0, 1, 2, 3].map((at) => (
        <g key={at} transform={`translate(0 ${-24 - at * 36})`}>
          <path d="M0 0C18 -34 52 -34 64 -22C50 2 20 8 0 0Z" fill={at % 2 ? second : first} opacity="0.9" />
          <path
            d="M0 -14C-18 -48 -52 -48 -64 -36C-50 -12 -20 -6 0 -14Z"
            fill={at % 2 ? first : second}
            opacity="0.9"
          />
        </g>
      ))}
    </g>
  );
}

/** Books on a shelf. */
function spines({ roll, first, second }: Hand) {
  const books = Array.from({ length: 9 }, (_, at) => ({ at, height: 70 + roll() * 70, shade: roll() }));
  return (
    <>
      {books.map(({ at, height, shade }) => (
        <rect
          key={at}
          x={8 + at * 21}
          y={276 - height}
          width={16 + shade * 4}
          height={height}
          rx={1.5}
          fill={shade < 0.5 ? first : second}
          opacity={0.55 + shade * 0.4}
        />
      ))}
      <rect y={276} width={200} height={5} fill={first} />
    </>
  );
}

/** A field of dots that grow. */
function dots({ roll, first, second }: Hand) {
  const focus = roll() * 6;
  return (
    <>
      {Array.from({ length: 42 }, (_, at) => ({ at, column: at % 7, row: Math.floor(at / 7) })).map(
        ({ at, column, row }) => (
          <circle
            key={at}
            cx={16 + column * 28}
            cy={142 + row * 28}
            r={Math.max(2, 11.5 - Math.hypot(column - focus, row - 3.4) * 2)}
            fill={(column + row) % 3 ? first : second}
            opacity="0.9"
          />
        ),
      )}
    </>
  );
}

/** A wall of small pictures. */
function tiles({ roll, first, second }: Hand) {
  const pictures = Array.from({ length: 24 }, (_, at) => ({ at, kind: roll(), bright: roll() }));
  return (
    <>
      {pictures.map(({ at, kind, bright }) => (
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

/** Rays around a triangle that everybody knows. */
function rays({ roll, first, second }: Hand) {
  const start = roll() * 30;
  return (
    <g transform="translate(100 100)">
      {Array.from({ length: 12 }, (_, at) => start + at * 30).map((angle, at) => (
        <rect
          key={angle}
          x={58}
          y={-4}
          width={24 + (at % 3) * 12}
          height={8}
          rx={4}
          fill={second}
          opacity="0.6"
          transform={`rotate(${angle})`}
        />
      ))}
      <circle r={46} fill={first} />
      <path d="M-14 -22L26 0L-14 22Z" fill={second} />
    </g>
  );
}

/** Rings that spread, as sound does. */
function rings({ roll, first, second }: Hand) {
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

/** How loud it is. */
function bars({ roll, first, second }: Hand) {
  const heights = Array.from({ length: 11 }, (_, at) => ({ at, height: 16 + roll() * 130 }));
  return (
    <>
      {heights.map(({ at, height }) => (
        <rect
          key={at}
          x={13 + at * 16.3}
          y={98 - height / 2}
          width={9}
          height={height}
          rx={4.5}
          fill={at % 3 === 1 ? second : first}
          opacity="0.9"
        />
      ))}
    </>
  );
}
