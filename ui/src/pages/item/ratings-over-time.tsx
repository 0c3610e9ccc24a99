/** How the person's stars for a title changed: a line of steps. The list below says the same in words. */
import { useLingui } from "@lingui/react/macro";
import type { ItemMeeting } from "@/api/schema";
import { number, shortDay } from "@/kit/words";

const WIDTH = 560;
const HEIGHT = 120;
const [LEFT, RIGHT, TOP, BOTTOM] = [28, 16, 12, 26];

export function RatingsOverTime({ meetings }: { meetings: readonly ItemMeeting[] }) {
  const { t } = useLingui();
  const ratings = meetings
    .filter((one) => one.kind === "rated" && one.value != null && one.at != null)
    .map((one) => ({ id: one.id, at: new Date(one.at ?? 0).getTime(), value: one.value ?? 0 }))
    .reverse();
  const [first, last] = [ratings[0], ratings.at(-1)];
  if (!first || !last || ratings.length < 2) return null;
  const span = Math.max(last.at - first.at, 1);
  const x = (at: number) => LEFT + ((at - first.at) / span) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - value / 5) * (HEIGHT - TOP - BOTTOM);
  const line = ratings
    .map((one, n) => (n === 0 ? `M${x(one.at)} ${y(one.value)}` : `H${x(one.at)}V${y(one.value)}`))
    .join("");
  const words = ratings.map((one) => t`${number(one.value)} stars on ${shortDay(one.at)}`).join("; ");
  return (
    <figure className="mt-4 rounded-2xl border border-line bg-surface p-4">
      <figcaption className="text-sm font-medium">{t`Your stars over time`}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words} className="mt-2 w-full max-w-2xl">
        {[1, 3, 5].map((stars) => (
          <g key={stars}>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(stars)} y2={y(stars)} className="stroke-line" />
            <text x={LEFT - 10} y={y(stars) + 4} textAnchor="end" className="tabular fill-muted text-[11px]">
              {stars}
            </text>
          </g>
        ))}
        <path d={line} fill="none" strokeWidth="2" strokeLinejoin="round" className="stroke-star" />
        {ratings.map((one) => (
          <circle
            key={one.id}
            cx={x(one.at)}
            cy={y(one.value)}
            r="4.5"
            strokeWidth="2"
            className="fill-star stroke-surface"
          />
        ))}
        <text x={LEFT} y={HEIGHT - 6} className="fill-muted text-[11px]">
          {shortDay(first.at)}
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} textAnchor="end" className="fill-muted text-[11px]">
          {shortDay(last.at)}
        </text>
      </svg>
    </figure>
  );
}
