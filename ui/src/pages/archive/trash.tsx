/** The trash: what was deleted and can still be brought back, and until when. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArchiveRestore, Trash2 } from "lucide-react";
import { useState } from "react";
import { client } from "@/api/client";
import type { MediaView } from "@/api/schema";
import { Button } from "@/kit/button";
import { Dialog } from "@/kit/overlay";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { say, sayError } from "@/kit/toasts";
import { ago, clock } from "@/kit/words";
import { useRecordingActions } from "./actions";
import { Places } from "./places";
import { trashQuery, usageQuery } from "./queries";
import { More } from "./recording-list";

const DAY = 86_400_000;

export default function Trash() {
  const { t } = useLingui();
  useTitle(t`Trash`);
  const trash = useInfiniteQuery(trashQuery);
  const usage = useQuery(usageQuery);
  const list = trash.data?.pages.flatMap((page) => page.items);
  const days = usage.data?.trash_days ?? null;
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-5">
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl font-semibold sm:text-4xl">
            <Trans>Trash</Trans>
          </h1>
          <p className="mt-1.5 min-h-5 text-sm text-muted">
            {days !== null && (
              <Plural
                value={days}
                one="What has been here for a day goes for good."
                other="What has been here for # days goes for good."
              />
            )}
          </p>
        </div>
        <Places />
      </header>
      {trash.isPending ? (
        <div className="flex flex-col gap-2">
          <Skeleton className="h-18 rounded-2xl" />
          <Skeleton className="h-18 rounded-2xl" />
        </div>
      ) : trash.isError && !list ? (
        <Failed error={trash.error} onRetry={() => void trash.refetch()} />
      ) : list?.length === 0 ? (
        <Empty icon={<Trash2 />} title={t`The trash is empty`}>
          <Trans>What you delete from your archive waits here, so that a slip costs nothing.</Trans>
        </Empty>
      ) : (
        <ul className="flex flex-col gap-2">
          {list?.map((media) => (
            <TrashRow key={media.id} media={media} days={days} />
          ))}
        </ul>
      )}
      {trash.hasNextPage && (
        <More isLoading={trash.isFetchingNextPage} onMore={() => void trash.fetchNextPage()} />
      )}
    </div>
  );
}

function TrashRow({ media, days }: { media: MediaView; days: number | null }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const { restore } = useRecordingActions();
  const [isAsking, setAsking] = useState(false);
  const goesAt = days !== null && media.deleted_at ? new Date(media.deleted_at).getTime() + days * DAY : null;
  const removeForGood = async () => {
    setAsking(false);
    const params = { path: { media_id: media.id }, query: { for_good: true } };
    await client.DELETE("/api/media/{media_id}", { params });
    say(t`“${media.title}” is gone for good`);
    await queries.invalidateQueries({ queryKey: ["archive"] });
  };
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-2xl border border-line bg-surface p-4">
      <div className="min-w-40 grow">
        <h2 className="truncate font-sans text-base font-medium tracking-normal">{media.title}</h2>
        <p className="text-sm text-muted">
          {[
            media.deleted_at && t`Deleted ${ago(media.deleted_at)}`,
            goesAt && t`goes for good ${ago(goesAt)}`,
            media.duration_ms !== null && clock(media.duration_ms / 1000),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <Button size="small" onClick={() => void restore([media.id]).catch(sayError)}>
        <ArchiveRestore aria-hidden />
        <Trans>Bring back</Trans>
        <span className="sr-only">{media.title}</span>
      </Button>
      <Dialog
        open={isAsking}
        onOpenChange={setAsking}
        title={t`Delete “${media.title}” for good?`}
        description={t`Its sound, its text and everything that was made of it goes. There is no way back.`}
        trigger={
          <Button size="small" look="quiet" className="text-bad">
            <Trash2 aria-hidden />
            <Trans>Delete for good</Trans>
            <span className="sr-only">{media.title}</span>
          </Button>
        }
      >
        <div className="flex justify-end gap-2">
          <Button onClick={() => setAsking(false)}>
            <Trans>Keep it</Trans>
          </Button>
          <Button look="danger" onClick={() => void removeForGood().catch(sayError)}>
            <Trans>Delete for good</Trans>
          </Button>
        </div>
      </Dialog>
    </li>
  );
}
