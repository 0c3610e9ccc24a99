/** The work on a recording while it goes on: step by step, with the way to stop it or to try again. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CircleAlert, CircleDashed, RotateCcw, Square } from "lucide-react";
import { client } from "@/api/client";
import type { JobView, MediaDetails } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { sayError } from "@/kit/toasts";
import { percent } from "@/kit/words";
import { isOver } from "./recording";

const STEPS = [
  "fetch",
  "normalise",
  "fingerprint",
  "captions",
  "transcribe",
  "speakers",
  "enrich",
  "passages",
  "embed",
] as const;

/** What the steps are called among people. */
export function useStepNames(): Record<string, string> {
  const { t } = useLingui();
  return {
    fetch: t`Fetch it`,
    normalise: t`Make a copy to listen to`,
    fingerprint: t`See whether it is here already`,
    captions: t`Read its subtitles`,
    transcribe: t`Write down what is said`,
    speakers: t`Tell who speaks`,
    enrich: t`Sum it up`,
    passages: t`Cut it into passages`,
    embed: t`Learn what they mean`,
  };
}

type WorkingProps = { media: MediaDetails; told: JobView | undefined };

export function Working({ media, told }: WorkingProps) {
  const queries = useQueryClient();
  const job = told ?? media.job;
  const act = useMutation({
    mutationFn: async (what: "cancel" | "retry") => {
      const params = { path: { job_id: job?.id ?? 0 } };
      if (what === "cancel") await client.POST("/api/jobs/{job_id}/cancel", { params });
      else await client.POST("/api/jobs/{job_id}/retry", { params });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["media", media.id] }),
    onError: sayError,
  });
  if (!job || job.state === "completed" || job.state === "duplicate") return null;
  if (isOver(job)) {
    return (
      <div
        role="alert"
        className="flex flex-wrap items-start gap-3 rounded-2xl border border-line bg-surface p-4 text-sm"
      >
        <CircleAlert aria-hidden className="mt-0.5 size-5 shrink-0 text-bad" />
        <div className="min-w-0 grow basis-56">
          <p className="font-medium">
            {job.state === "failed" ? (
              <Trans>The work on it failed</Trans>
            ) : (
              <Trans>The work on it was stopped</Trans>
            )}
          </p>
          {job.error && <p className="mt-1 text-muted wrap-anywhere">{job.error}</p>}
        </div>
        <Button size="small" disabled={act.isPending} onClick={() => act.mutate("retry")}>
          <RotateCcw aria-hidden />
          <Trans>Try again</Trans>
        </Button>
      </div>
    );
  }
  return (
    <section aria-live="polite" className="rounded-2xl border border-line bg-surface p-4 text-sm">
      <div className="flex items-center gap-3">
        <div className="min-w-0 grow">
          <p className="font-medium">
            {job.state === "pending" ? (
              <Trans>It waits for its turn</Trans>
            ) : (
              <Trans>It is being worked on</Trans>
            )}
          </p>
          <p className="truncate text-muted">{job.line}</p>
        </div>
        <span className="tabular text-muted">{percent(job.percent / 100)}</span>
        <Button
          size="small"
          look="quiet"
          disabled={act.isPending || told?.is_cancel_asked === true}
          onClick={() => act.mutate("cancel")}
        >
          <Square aria-hidden />
          <Trans>Stop</Trans>
        </Button>
      </div>
      <div aria-hidden className="mt-3 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div
          style={{ width: `${job.percent}%` }}
          className="h-full rounded-full bg-accent transition-[width] duration-500"
        />
      </div>
      {told && <Steps job={told} />}
    </section>
  );
}

/** What is done, what is being done, what is to come. */
function Steps({ job }: { job: JobView }) {
  const names = useStepNames();
  const done = new Set(job.timings.filter((one) => one.attempt === job.attempt).map((one) => one.step));
  const last = STEPS.findLastIndex((step) => done.has(step));
  return (
    <ol className="mt-4 grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
      {STEPS.map((step, at) => {
        const isDone = at <= last;
        const isNow = at === last + 1 && job.state !== "pending";
        return (
          <li
            key={step}
            aria-current={isNow ? "step" : undefined}
            className={cn("flex items-center gap-2", isNow ? "font-medium" : "text-muted")}
          >
            {isDone ? (
              <Check aria-hidden className="size-4 text-good" />
            ) : (
              <CircleDashed aria-hidden className={cn("size-4", isNow && "animate-spin text-accent")} />
            )}
            {names[step]}
          </li>
        );
      })}
    </ol>
  );
}
