/** Every import so far: how each goes or went, its report, and the way to take it back. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, CircleAlert, CircleCheck, History, Undo2 } from "lucide-react";
import { useId } from "react";
import { client, dataOf } from "@/api/client";
import { ENDED, useLiveJobs, useWhenJobsEnd } from "@/api/live-jobs";
import type { ImportView, JobView } from "@/api/schema";
import { Button } from "@/kit/button";
import { cn } from "@/kit/classes";
import { SourceMark } from "@/kit/guides";
import { sourceOf } from "@/kit/sources";
import { Failed, Skeleton } from "@/kit/states";
import { ago, duration, moment, number } from "@/kit/words";
import { Report } from "./report";

/** While one is read: how often it is asked where the live connection says nothing. */
const ASKED_EVERY = 2000;
/** What an import that ended changes elsewhere. */
const AFFECTED = ["library", "home", "statistics", "item", "review", "graph", "search"];

type BatchesProps = {
  /** The import whose report is open. */
  open: number | undefined;
  onOpen: (id: number | undefined) => void;
};

export function Batches({ open, onOpen }: BatchesProps) {
  const cache = useQueryClient();
  const heading = useId();
  const { jobs } = useLiveJobs();
  const found = useInfiniteQuery({
    queryKey: ["imports"],
    queryFn: async ({ pageParam, signal }) =>
      dataOf(
        await client.GET("/api/imports", {
          params: { query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => one.state === "reading"))
        ? ASKED_EVERY
        : false,
  });
  useWhenJobsEnd(() => {
    void cache.invalidateQueries({ queryKey: ["imports"] });
    for (const name of AFFECTED) void cache.invalidateQueries({ queryKey: [name], refetchType: "none" });
  });
  const imports = found.data?.pages.flatMap((page) => page.items) ?? [];
  if (found.isSuccess && imports.length === 0) return null;
  return (
    <section aria-labelledby={heading} className="flex flex-col gap-4">
      <h2 id={heading} className="text-xl font-semibold">
        <Trans>Your imports</Trans>
      </h2>
      {found.isError && <Failed error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && (
        <div className="flex flex-col gap-3">
          {["a", "b", "c"].map((key) => (
            <Skeleton key={key} className="h-19 rounded-2xl" />
          ))}
        </div>
      )}
      <ul className="flex flex-col gap-3">
        {imports.map((one) => (
          <li key={one.id}>
            <Batch
              batch={one}
              job={[...jobs.values()].find((job) => job.import_id === one.id && !ENDED.has(job.state))}
              isOpen={open === one.id}
              onToggle={() => onOpen(open === one.id ? undefined : one.id)}
            />
          </li>
        ))}
      </ul>
      {found.hasNextPage && (
        <Button
          className="self-center"
          disabled={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          <History aria-hidden />
          <Trans>Earlier ones</Trans>
        </Button>
      )}
    </section>
  );
}

type BatchProps = { batch: ImportView; job: JobView | undefined; isOpen: boolean; onToggle: () => void };

function Batch({ batch, job, isOpen, onToggle }: BatchProps) {
  const { t } = useLingui();
  const id = useId();
  const { name, holds } = sourceOf(batch.source);
  const isReading = batch.state === "reading";
  const isUndone = batch.state === "undone";
  return (
    <article
      id={`import-${batch.id}`}
      className={cn("scroll-mt-20 rounded-2xl border border-line bg-surface", isOpen && "shadow-card")}
    >
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={onToggle}
          className="flex w-full items-center gap-3 rounded-2xl p-3 pr-4 text-left sm:gap-4 sm:p-4"
        >
          <span className={cn(isUndone && "opacity-50 grayscale")}>
            <SourceMark source={batch.source} />
          </span>
          <span className="min-w-0 grow">
            <span className={cn("block truncate font-medium", isUndone && "text-muted line-through")}>
              {name} {t(holds)}
            </span>
            <span className="flex font-sans text-sm font-normal tracking-normal text-muted">
              <span className="truncate">{batch.file_name}</span>
              <time
                dateTime={batch.started_at}
                title={moment(batch.started_at)}
                className="shrink-0 whitespace-pre before:content-['_·_']"
              >
                {ago(batch.started_at)}
              </time>
            </span>
          </span>
          <span className="hidden shrink-0 font-sans text-sm font-normal tracking-normal sm:block">
            <Outcome batch={batch} />
          </span>
          <ChevronDown
            aria-hidden
            className={cn("size-4 shrink-0 text-muted transition-transform", isOpen && "rotate-180")}
          />
        </button>
      </h3>
      {isReading && <Progress batch={batch} job={job} />}
      <div className={cn("px-4 pb-3 text-sm sm:hidden", isReading && "hidden")}>
        <Outcome batch={batch} />
      </div>
      <div id={id} hidden={!isOpen}>
        {isOpen && <Report batch={batch} />}
      </div>
    </article>
  );
}

function Outcome({ batch }: { batch: ImportView }) {
  if (batch.state === "reading") return null;
  if (batch.state === "failed") {
    return (
      <span className="inline-flex items-center gap-1.5 text-bad">
        <CircleAlert aria-hidden className="size-4" />
        <Trans>Broke off</Trans>
      </span>
    );
  }
  if (batch.state === "undone") {
    return (
      <span className="inline-flex items-center gap-1.5 text-muted">
        <Undo2 aria-hidden className="size-4" />
        <Trans>Taken back</Trans>
      </span>
    );
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="inline-flex items-center gap-1.5">
        <CircleCheck aria-hidden className="size-4 text-good" />
        {batch.new > 0 ? <Trans>{number(batch.new)} new</Trans> : <Trans>Nothing new</Trans>}
      </span>
      {batch.review > 0 && (
        <span className="rounded-full bg-accent-soft px-2 py-0.5 text-xs font-medium">
          <Plural value={batch.review} one="one question" other="# questions" />
        </span>
      )}
    </span>
  );
}

/** How far the reading is, and when it will be done; it goes on without anybody who looks on. */
function Progress({ batch, job }: { batch: ImportView; job: JobView | undefined }) {
  const { t } = useLingui();
  const share = job ? job.percent / 100 : 0;
  const left = job?.started_at && share > 0.02 ? remaining(job.started_at, share) : null;
  const isWaiting = !job || job.state === "pending";
  return (
    <div role="status" className="flex flex-col gap-2 px-4 pb-4">
      <div
        role="progressbar"
        aria-label={t`Reading ${batch.file_name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className={cn(
            "h-full rounded-full bg-accent transition-[width] duration-500",
            share === 0 && "sheen w-full!",
          )}
          style={{ width: `${share * 100}%` }}
        />
      </div>
      <p className="flex flex-wrap justify-between gap-x-4 text-sm text-muted tabular">
        <span>
          {batch.rows_read > 0 ? (
            <Trans>
              {number(batch.rows_read)} rows read, {number(batch.new)} new
            </Trans>
          ) : isWaiting ? (
            <Trans>Waits for its turn</Trans>
          ) : (
            <Trans>Reading</Trans>
          )}
        </span>
        <span>
          {left !== null ? (
            <Trans>about {duration(left)} to go</Trans>
          ) : (
            <Trans>You can leave this page.</Trans>
          )}
        </span>
      </p>
    </div>
  );
}

/** Seconds to go, if it goes on as it went so far. */
function remaining(begunAt: string, share: number): number {
  const passed = (Date.now() - new Date(begunAt).getTime()) / 1000;
  return Math.max(1, (passed * (1 - share)) / share);
}
