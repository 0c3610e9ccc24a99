/** The archive: add anything, see what becomes of it, find it again. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { AudioLines, Rss, SearchX } from "lucide-react";
import { useCallback, useRef } from "react";
import { client, dataOf } from "@/api/client";
import { useLiveJobs, useWhenJobsEnd } from "@/api/live-jobs";
import { Button } from "@/kit/button";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { bytes, duration, percent } from "@/kit/words";
import { useRecordingActions } from "./actions";
import { Adding } from "./adding";
import { Filters } from "./filters";
import { Lost } from "./lost";
import { Places } from "./places";
import { Progress } from "./progress";
import { type Filter, recordingsQuery, usageQuery } from "./queries";
import { RecordingList } from "./recording-list";
import { archiveRoute } from "./routes";
import { Sendings } from "./sendings";
import { Unsent } from "./unsent";

export default function Archive() {
  const { t } = useLingui();
  useTitle(t`Archive`);
  const navigate = archiveRoute.useNavigate();
  const { add, url, ...filter } = archiveRoute.useSearch();
  const searchBox = useRef<HTMLInputElement>(null);
  const { refresh } = useRecordingActions();
  const live = useLiveJobs();
  useWhenJobsEnd(() => void refresh());
  const recordings = useInfiniteQuery(recordingsQuery(filter));
  const list = recordings.data?.pages.flatMap((page) => page.items);

  const narrow = useCallback(
    (to: Filter) => void navigate({ search: to, replace: true, resetScroll: false }),
    [navigate],
  );
  const said = useCallback(
    () => void navigate({ search: ({ add: _, url: __, ...rest }) => rest, replace: true }),
    [navigate],
  );
  const isFiltered = Object.keys(filter).length > 0;
  const isNew = !isFiltered && list?.length === 0;

  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-5">
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl font-semibold sm:text-4xl">
            <Trans>Archive</Trans>
          </h1>
          <Figures />
        </div>
        <Places />
      </header>
      <Adding link={url ?? ""} isAsked={add === true || url !== undefined} onSaid={said} />
      <Unsent />
      <Sendings />
      {!isNew && <Filters filter={filter} onChange={narrow} searchBox={searchBox} />}
      {filter.parent && <From id={filter.parent} />}
      {live.link === "lost" && <Lost onRetry={live.connectNow} />}
      {recordings.isPending ? (
        <Loading />
      ) : recordings.isError && !list ? (
        <Failed error={recordings.error} onRetry={() => void recordings.refetch()} />
      ) : isNew ? (
        <Empty icon={<AudioLines />} title={t`Nothing here yet`}>
          <Trans>
            Paste the link of a talk or a podcast, drop a file, or say something. It becomes text that you can
            read, search and ask.
          </Trans>
        </Empty>
      ) : list?.length === 0 ? (
        <Empty
          icon={<SearchX />}
          title={t`No recording fits`}
          action={<Button onClick={() => narrow({})}>{t`Show all`}</Button>}
        >
          <Trans>Only words of titles are looked at here. What is said in them, the search finds.</Trans>
        </Empty>
      ) : (
        <RecordingList
          list={list ?? []}
          live={live.jobs}
          searchBox={searchBox}
          onTag={(tag) => narrow({ ...filter, tag })}
          hasMore={recordings.hasNextPage}
          isLoadingMore={recordings.isFetchingNextPage}
          onMore={() => void recordings.fetchNextPage()}
        />
      )}
    </div>
  );
}

/** How much there is, and how much room is left. */
function Figures() {
  const { t } = useLingui();
  const { data: usage } = useQuery(usageQuery);
  if (!usage) return <Skeleton className="mt-2 h-5 w-64" />;
  const share = usage.quota_bytes ? (usage.used_bytes + usage.uploading_bytes) / usage.quota_bytes : null;
  return (
    <div className="mt-1.5 text-sm text-muted">
      <p>
        <Plural value={usage.recordings} one="# recording" other="# recordings" />
        {usage.duration_ms > 0 && <> · {duration(usage.duration_ms / 1000)}</>}
        {usage.used_bytes > 0 && <> · {bytes(usage.used_bytes)}</>}
        {usage.quota_bytes && share !== null && (
          <>
            {" "}
            · {t`${bytes(Math.max(0, usage.quota_bytes - usage.used_bytes - usage.uploading_bytes))} left`}
          </>
        )}
      </p>
      {share !== null && share > 0.5 && (
        <Progress
          share={share}
          label={t`${percent(share)} of your room is taken`}
          className="mt-2 max-w-64"
        />
      )}
    </div>
  );
}

/** The feed or playlist whose recordings are listed. */
function From({ id }: { id: number }) {
  const { data: feed } = useQuery({
    queryKey: ["archive", "feed", id],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/media/{media_id}", { params: { path: { media_id: id } }, signal })),
  });
  return (
    <h2 className="flex min-h-8 items-center gap-2 px-1 text-xl font-semibold">
      <Rss aria-hidden className="size-5 text-accent" />
      {feed ? feed.title : <Skeleton className="h-6 w-56" />}
    </h2>
  );
}

function Loading() {
  return (
    <div className="flex flex-col gap-2">
      {["a", "b", "c", "d", "e", "f"].map((key) => (
        <Skeleton key={key} className="h-22 rounded-2xl" />
      ))}
    </div>
  );
}
