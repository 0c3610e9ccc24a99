/** What is done in the background: lanes, what runs, waits and failed, as it goes. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CheckCheck, RotateCcw, Square } from "lucide-react";
import { useMemo } from "react";
import { useLiveJobs, useWhenJobsEnd } from "@/api/live-jobs";
import type { JobView, LaneView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { Segments } from "@/kit/field";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { duration } from "@/kit/words";
import { useRecordingActions } from "./actions";
import { JobRow } from "./job-row";
import { Lanes } from "./lanes";
import { Lost } from "./lost";
import { Places } from "./places";
import { jobsQuery, lanesQuery, recordingsQuery } from "./queries";
import { More } from "./recording-list";
import { archiveRoute, jobsRoute } from "./routes";
import { isEnded } from "./states";

export default function Jobs() {
  const { t } = useLingui();
  useTitle(t`Work`);
  const me = useMe();
  const navigate = useNavigate();
  const { all } = jobsRoute.useSearch();
  const isAll = me.role === "admin" && all === true;
  const live = useLiveJobs(isAll);
  const { refresh, retry, cancel } = useRecordingActions();
  useWhenJobsEnd(() => void refresh(), isAll);
  const jobs = useInfiniteQuery(jobsQuery(isAll));
  const lanes = useQuery({ ...lanesQuery, refetchInterval: 5000 });

  // A job keeps the name it was given; by now the recording may have a better one.
  const recordings = useInfiniteQuery(recordingsQuery({}));
  const titles = useMemo(
    () =>
      new Map(recordings.data?.pages.flatMap((page) => page.items.map((media) => [media.id, media.title]))),
    [recordings.data],
  );
  const groups = useMemo(
    () => grouped(jobs.data?.pages.flatMap((page) => page.items) ?? [], live.jobs),
    [jobs.data, live.jobs],
  );
  const running = groups.filter(([job]) => !isEnded(job.state) && job.state !== "pending");
  const waiting = groups.filter(([job]) => job.state === "pending");
  const failed = groups.filter(([job]) => job.state === "failed");
  const ended = groups.filter(([job]) => isEnded(job.state) && job.state !== "failed");
  const know = (done: Promise<JobView | undefined>) => void done.then((job) => job && live.know(job));
  const section = (name: string, some: typeof groups, action?: React.ReactNode) =>
    some.length > 0 && (
      <section aria-label={name}>
        <header className="flex items-center justify-between gap-4 px-1 pb-2">
          <h2 className="text-lg font-semibold">
            {name} <span className="text-base font-normal text-muted tabular">{some.length}</span>
          </h2>
          {action}
        </header>
        <ul className="flex flex-col gap-2">
          {some.map(([job, ...earlier]) => (
            <JobRow
              key={job.id}
              job={job}
              title={(job.media_id !== null && titles.get(job.media_id)) || job.title}
              earlier={earlier}
              reason={reasonOf(job, lanes.data)}
              isAll={isAll}
              onCancel={() => know(cancel(job.id))}
              onRetry={() => know(retry(job.id))}
            />
          ))}
        </ul>
      </section>
    );

  function reasonOf(job: JobView, now: typeof lanes.data): string | null {
    if (job.state !== "pending" || !now) return null;
    const lane: LaneView | undefined = now.items.find((one) => one.name === job.lane);
    if (now.workers === 0) return t`Nobody is at work on the server now.`;
    if (lane?.paused_at) return t`Its lane is paused.`;
    return job.line ? null : t`Waits for its turn.`;
  }

  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-6">
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl font-semibold sm:text-4xl">
            <Trans>Work</Trans>
          </h1>
          <p className="mt-1.5 text-sm text-muted">
            {lanes.data?.listening_speed ? (
              <Trans>
                An hour of speech becomes text in about {duration(3600 / lanes.data.listening_speed)} here.
              </Trans>
            ) : (
              <Trans>What is done in the background, as it goes.</Trans>
            )}
          </p>
        </div>
        <Places />
      </header>
      <Lanes lanes={lanes.data} error={lanes.error} />
      {live.link === "lost" && <Lost onRetry={live.connectNow} />}
      {me.role === "admin" && (
        <Segments
          label={t`Whose work`}
          value={isAll ? "all" : "mine"}
          options={[
            { value: "mine", label: t`Yours` },
            { value: "all", label: t`Everybody's` },
          ]}
          onChange={(chosen) =>
            void navigate({
              to: "/archive/jobs",
              search: chosen === "all" ? { all: true } : {},
              replace: true,
            })
          }
          className="self-start"
        />
      )}
      {jobs.isPending ? (
        <div className="flex flex-col gap-2">
          <Skeleton className="h-24 rounded-2xl" />
          <Skeleton className="h-24 rounded-2xl" />
          <Skeleton className="h-24 rounded-2xl" />
        </div>
      ) : jobs.isError && !jobs.data ? (
        <Failed error={jobs.error} onRetry={() => void jobs.refetch()} />
      ) : groups.length === 0 ? (
        <Empty
          icon={<CheckCheck />}
          title={t`Nothing to do`}
          action={
            <Button
              look="primary"
              onClick={() => void navigate({ to: archiveRoute.to, search: { add: true } })}
            >{t`Add something`}</Button>
          }
        >
          <Trans>Whatever you add shows here how far it is, and what to do where it fails.</Trans>
        </Empty>
      ) : (
        <>
          {section(t`At work`, running)}
          {section(
            t`Waiting`,
            waiting,
            waiting.length > 1 && (
              <Button
                size="small"
                look="quiet"
                onClick={() => {
                  for (const [job] of waiting) know(cancel(job.id));
                }}
              >
                <Square aria-hidden />
                <Plural value={waiting.length} one="Cancel it" other="Cancel all #" />
              </Button>
            ),
          )}
          {section(
            t`Failed`,
            failed,
            failed.length > 1 && (
              <Button
                size="small"
                look="quiet"
                onClick={() => {
                  for (const [job] of failed) know(retry(job.id));
                }}
              >
                <RotateCcw aria-hidden />
                <Plural value={failed.length} one="Try it again" other="Try all # again" />
              </Button>
            ),
          )}
          {section(t`Ended`, ended)}
          {jobs.hasNextPage && (
            <More isLoading={jobs.isFetchingNextPage} onMore={() => void jobs.fetchNextPage()} />
          )}
        </>
      )}
    </div>
  );
}

/** The latest job of each recording with those before it; a job that is about no recording stands for itself. */
function grouped(listed: readonly JobView[], live: ReadonlyMap<number, JobView>): [JobView, ...JobView[]][] {
  const all = new Map(listed.map((job) => [job.id, job]));
  for (const job of live.values()) {
    const known = all.get(job.id);
    if (!known || known.revision < job.revision) all.set(job.id, job);
  }
  const groups = new Map<string, [JobView, ...JobView[]]>();
  for (const job of [...all.values()].sort((a, b) => b.id - a.id)) {
    const key = job.media_id === null ? `job-${job.id}` : `media-${job.media_id}`;
    const group = groups.get(key);
    if (group) group.push(job);
    else groups.set(key, [job]);
  }
  return [...groups.values()];
}
