/** One job: how far it is, what its steps took, why it waits or failed, and what can be done about it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ChevronDown, CircleAlert, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import type { JobView, State } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { ago, duration, number } from "@/kit/words";
import { Progress } from "./progress";
import { isEnded, STATE_NAMES, STEP_NAMES, TASK_NAMES } from "./states";

type JobRowProps = {
  job: JobView;
  title: string;
  /** What was done to the same recording before. */
  earlier: readonly JobView[];
  /** Why it waits, in words. */
  reason: string | null;
  /** Whether other people's are among them, so that it matters whose it is. */
  isAll: boolean;
  onCancel: () => void;
  onRetry: () => void;
};

export function JobRow({ job, title, earlier, reason, isAll, onCancel, onRetry }: JobRowProps) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  const task = TASK_NAMES[job.task];
  const hasEnded = isEnded(job.state);
  const about = [
    task && t(task),
    isAll ? (job.user_name ?? t`The library's own`) : null,
    job.attempt > 1 ? t`attempt ${number(job.attempt)}` : null,
    hasEnded && job.finished_at ? ago(job.finished_at) : ago(job.created_at),
    hasEnded && job.state !== "failed" ? job.line : null,
  ].filter(Boolean);
  const hasMore = job.timings.length > 0 || earlier.length > 0;
  return (
    <li className="rounded-2xl border border-line bg-surface px-4 py-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 grow">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <StateMark state={job.state} isStopping={job.is_cancel_asked && !hasEnded} />
            <h3 className="min-w-0 truncate font-sans text-base font-medium tracking-normal">
              {job.media_id !== null && job.is_mine ? (
                <Link
                  to="/archive/$id"
                  params={{ id: String(job.media_id) }}
                  className="rounded-sm underline-offset-4 hover:underline"
                >
                  {title}
                </Link>
              ) : (
                job.title
              )}
            </h3>
          </div>
          <p className="mt-0.5 text-sm text-muted">{about.join(" · ")}</p>
        </div>
        {hasMore && (
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            className="inline-flex h-8 shrink-0 items-center gap-1 rounded-lg px-2 text-sm text-muted hover:bg-sunken hover:text-ink"
          >
            <span className="max-sm:sr-only">
              <Plural value={job.timings.length} _0="Before that" one="# step" other="# steps" />
            </span>
            <span className="sr-only">{title}</span>
            <ChevronDown aria-hidden className={cn("size-4 transition-transform", isOpen && "rotate-180")} />
          </button>
        )}
        {!hasEnded && (
          <Button size="small" onClick={onCancel} disabled={job.is_cancel_asked}>
            <Square aria-hidden />
            <Trans>Cancel</Trans>
            <span className="sr-only">{title}</span>
          </Button>
        )}
        {(job.state === "failed" || job.state === "cancelled") && (
          <Button size="small" look={job.state === "failed" ? "primary" : "plain"} onClick={onRetry}>
            <RotateCcw aria-hidden />
            <Trans>Try again</Trans>
            <span className="sr-only">{title}</span>
          </Button>
        )}
      </div>
      {!hasEnded && (
        <Progress
          share={job.percent / 100}
          label={title}
          isResting={job.state === "pending"}
          className="mt-3"
        />
      )}
      {(!hasEnded || job.state === "failed") && <Said job={job} reason={reason} />}
      {isOpen && <Steps job={job} earlier={earlier} />}
    </li>
  );
}

function Said({ job, reason }: { job: JobView; reason: string | null }) {
  if (job.state === "failed") {
    return (
      <p className="mt-2 flex items-start gap-2 text-sm text-bad">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        {job.error ?? <Trans>It failed.</Trans>}
      </p>
    );
  }
  const said = [reason, job.line, job.error].filter(Boolean).join(" · ");
  return said ? <p className="mt-2 text-sm text-muted tabular">{said}</p> : null;
}

function Steps({ job, earlier }: { job: JobView; earlier: readonly JobView[] }) {
  const { t } = useLingui();
  const longest = Math.max(...job.timings.map((timing) => timing.seconds), 0.001);
  return (
    <div className="mt-2 flex flex-col gap-3 text-sm">
      <ol className="flex flex-col gap-1">
        {job.timings.map((timing, at) => {
          const name = STEP_NAMES[timing.step];
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a step may be done twice, and none moves
              key={at}
              className="grid grid-cols-[minmax(0,14rem)_1fr_auto] items-center gap-3"
            >
              <span className="truncate">{name ? t(name) : timing.step}</span>
              <span
                aria-hidden
                className="h-1.5 rounded-full bg-hue-2/70"
                style={{ width: `${Math.max(1, (100 * timing.seconds) / longest)}%` }}
              />
              <span className="text-muted tabular">{secondsOf(timing.seconds)}</span>
            </li>
          );
        })}
      </ol>
      {earlier.length > 0 && (
        <ul className="flex flex-col gap-1 border-t border-line pt-2 text-muted">
          {earlier.map((one) => (
            <li key={one.id}>
              {t(STATE_NAMES[one.state])}, {ago(one.created_at)}
              {one.error ? `: ${one.error}` : one.line ? `: ${one.line}` : ""}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function secondsOf(seconds: number): string {
  if (seconds >= 60) return duration(seconds);
  return number(seconds, { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 1 });
}

const MARKS: Partial<Record<State, string>> = {
  pending: "bg-sunken text-muted",
  completed: "bg-good/15 text-good",
  duplicate: "bg-sunken text-muted",
  cancelled: "bg-sunken text-muted",
  failed: "bg-bad/15 text-bad",
};

function StateMark({ state, isStopping }: { state: State; isStopping: boolean }) {
  const { t } = useLingui();
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 rounded-full bg-accent-soft px-2 py-0.5 text-xs font-semibold text-accent",
        MARKS[state],
      )}
    >
      {!isEnded(state) && state !== "pending" && (
        <span aria-hidden className="size-1.5 animate-pulse rounded-full bg-current" />
      )}
      {isStopping ? t`Stopping` : t(STATE_NAMES[state])}
    </span>
  );
}
