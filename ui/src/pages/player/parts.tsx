/** A feed or a playlist: the recordings that came from it. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ListMusic } from "lucide-react";
import { client, dataOf } from "@/api/client";
import type { MediaDetails } from "@/api/schema";
import { Button } from "@/kit/button";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { duration, shortDay } from "@/kit/words";
import { Heading } from "./heading";

export function Parts({ media }: { media: MediaDetails }) {
  const { t } = useLingui();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["media", media.id, "parts"],
    queryFn: async ({ pageParam, signal }) => {
      const query = { parent: media.id, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return dataOf(await client.GET("/api/media", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });
  const parts = data?.pages.flatMap((page) => page.items);
  return (
    <>
      <Heading media={media} />
      {error && !parts ? (
        <Failed error={error} onRetry={() => void refetch()} className="mt-8" />
      ) : parts?.length === 0 ? (
        <Empty icon={<ListMusic />} title={t`Nothing came from it yet`}>
          <Trans>New recordings of it appear here as soon as they are found.</Trans>
        </Empty>
      ) : (
        <ol className="mt-8 divide-y divide-line rounded-2xl border border-line bg-surface">
          {parts?.map((part) => (
            <li key={part.id}>
              <Link
                to="/archive/$id"
                params={{ id: String(part.id) }}
                className="flex items-baseline justify-between gap-4 px-4 py-3 hover:bg-sunken"
              >
                <span className="min-w-0 truncate font-medium">{part.title}</span>
                <span className="shrink-0 text-sm text-muted">
                  {part.duration_ms === null ? shortDay(part.added_at) : duration(part.duration_ms / 1000)}
                </span>
              </Link>
            </li>
          )) ?? [0, 1, 2].map((row) => <Skeleton key={row} className="m-3 h-6" />)}
        </ol>
      )}
      {parts && parts.length > 0 && (
        <p className="mt-3 text-sm text-muted">
          <Plural value={parts.length} one="# recording shown" other="# recordings shown" />
        </p>
      )}
      {hasNextPage && (
        <Button className="mt-3" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </>
  );
}
