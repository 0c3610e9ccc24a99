/** A title that it may be: its cover, its people, and what speaks for and against it. One press says that it is this one. */
import { useLingui } from "@lingui/react/macro";
import { Check, CircleDashed, X } from "lucide-react";
import type { Candidate, WorkView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { ItemCover } from "@/kit/item-cover";
import { maker } from "@/kit/item-facts";
import { KIND_NAMES } from "@/kit/kinds";
import { list, percent } from "@/kit/words";
import { type Reason, useReasons } from "./reasons";

type CandidateCardProps = {
  /** The key that picks it, from 1. */
  place: number;
  asked: WorkView;
  candidate: Candidate;
  /** Candidates that are all as likely need no figure. */
  isScored: boolean;
  onPick: () => void;
};

export function CandidateCard({ place, asked, candidate, isScored, onPick }: CandidateCardProps) {
  const { t } = useLingui();
  const reasons = useReasons()(asked, candidate);
  const { item, score } = candidate;
  const cast = list(
    (item.credits ?? [])
      .filter(({ role }) => role === "cast")
      .slice(0, 3)
      .map(({ name }) => name),
  );
  const likely = percent(score);
  return (
    <button
      type="button"
      data-candidate
      onClick={onPick}
      className="group relative flex h-full w-full gap-4 rounded-2xl border border-line bg-surface p-3 text-left shadow-card transition-[border-color,transform,background-color] duration-150 hover:-translate-y-0.5 hover:border-accent focus-visible:-translate-y-0.5 focus-visible:border-accent active:translate-y-0 active:bg-accent-soft sm:p-4"
    >
      <span className="relative w-24 shrink-0 self-start sm:w-28">
        <ItemCover item={item} />
        <kbd
          aria-hidden
          className="absolute -top-2 -left-2 grid size-7 place-items-center rounded-full bg-ink font-sans text-sm font-semibold text-paper shadow-sm group-hover:bg-accent group-hover:text-on-accent group-focus-visible:bg-accent group-focus-visible:text-on-accent"
        >
          {place}
        </kbd>
      </span>
      <span className="flex min-w-0 grow flex-col gap-1.5">
        <span className="font-display text-lg leading-tight font-semibold wrap-anywhere">{item.title}</span>
        <span className="text-sm text-muted">
          {[t(KIND_NAMES[item.kind]), item.year, maker(item)].filter(Boolean).join(" · ")}
        </span>
        {cast && <span className="line-clamp-2 text-sm text-muted">{t`With ${cast}`}</span>}
        {item.description && (
          <span className="line-clamp-2 hidden text-sm text-muted sm:[display:-webkit-box]">
            {item.description}
          </span>
        )}
        <span className="mt-1 flex flex-col gap-1">
          {reasons.map((reason) => (
            <ReasonLine key={reason.text} reason={reason} />
          ))}
        </span>
        {isScored && (
          <span className="mt-auto flex items-center gap-2 pt-2 text-xs text-muted">
            <span aria-hidden className="h-1 w-16 overflow-hidden rounded-full bg-line">
              <span className="block h-full rounded-full bg-accent" style={{ width: `${score * 100}%` }} />
            </span>
            {t`${likely} alike`}
          </span>
        )}
      </span>
    </button>
  );
}

const SIGNS = { for: Check, against: X, silent: CircleDashed };
const INKS = { for: "text-good", against: "text-bad", silent: "text-muted" };

function ReasonLine({ reason }: { reason: Reason }) {
  const { t } = useLingui();
  const Sign = SIGNS[reason.side];
  const side = { for: t`For it:`, against: t`Against it:`, silent: t`Open:` }[reason.side];
  return (
    <span className="flex items-start gap-1.5 text-sm">
      <Sign aria-hidden className={cn("mt-0.5 size-4 shrink-0", INKS[reason.side])} />
      <span className="sr-only">{side}</span>
      <span className={cn(reason.side === "silent" && "text-muted")}>{reason.text}</span>
    </span>
  );
}
