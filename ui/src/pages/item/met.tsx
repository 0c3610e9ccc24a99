/** Where the person met a title: what they did with it and which file says so, season by season for a show. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import {
  Bookmark,
  BookmarkX,
  Check,
  CircleDot,
  Eye,
  EyeOff,
  ListPlus,
  type LucideIcon,
  MousePointerClick,
  Play,
  Star,
  ThumbsDown,
  ThumbsUp,
  X,
} from "lucide-react";
import { client } from "@/api/client";
import type { FromImport, ItemMeeting, ItemView, SeasonMet } from "@/api/schema";
import { IconButton } from "@/kit/button";
import { Stars } from "@/kit/rating";
import { sourceName } from "@/kit/source-names";
import { Failed, Skeleton } from "@/kit/states";
import { say, sayError } from "@/kit/toasts";
import { bareDay, moment, percent } from "@/kit/words";
import { metQuery } from "./queries";
import { RatingsOverTime } from "./ratings-over-time";

export function Met({ item }: { item: ItemView }) {
  const met = useQuery(metQuery(item.id));
  if (met.error) return <Failed error={met.error} onRetry={() => void met.refetch()} />;
  return (
    <section aria-labelledby="met">
      <h2 id="met" className="text-xl font-semibold">
        <Trans>Your history with it</Trans>
      </h2>
      {!met.data ? (
        <div className="mt-4 flex flex-col gap-4">
          <Skeleton className="h-12" />
          <Skeleton className="h-12" />
        </div>
      ) : met.data.meetings.length === 0 && met.data.seasons.length === 0 ? (
        <p className="mt-2 max-w-prose text-muted">
          <Trans>Nothing yet. Rate it, or say that you know it, and it begins here.</Trans>
        </p>
      ) : (
        <>
          <RatingsOverTime meetings={met.data.meetings} />
          {met.data.seasons.length > 0 && <Seasons seasons={met.data.seasons} />}
          {met.data.meetings.length > 0 && <Timeline item={item} meetings={met.data.meetings} />}
        </>
      )}
    </section>
  );
}

const ICONS: Partial<Record<ItemMeeting["kind"], LucideIcon>> = {
  watched: Eye,
  read: Check,
  listened: Check,
  started: Play,
  rated: Star,
  liked: ThumbsUp,
  disliked: ThumbsDown,
  saved: Bookmark,
  unsaved: BookmarkX,
  hidden: EyeOff,
  unhidden: Eye,
  added: ListPlus,
  clicked: MousePointerClick,
};

function Timeline({ item, meetings }: { item: ItemView; meetings: readonly ItemMeeting[] }) {
  return (
    <ol className="relative mt-5 flex flex-col gap-1 before:absolute before:top-4 before:bottom-4 before:left-[1.125rem] before:w-px before:bg-line">
      {meetings.map((one) => (
        <Entry key={one.id} item={item} one={one} />
      ))}
    </ol>
  );
}

function Entry({ item, one }: { item: ItemView; one: ItemMeeting }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const Icon = ICONS[one.kind] ?? CircleDot;
  const takeBack = useMutation({
    mutationFn: async () => {
      await client.DELETE("/api/events/{event_id}", { params: { path: { event_id: one.id } } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["item", item.id] });
      void queries.invalidateQueries({ queryKey: ["home"], refetchType: "none" });
      say(t`It is taken back`, {
        action: {
          label: t`Undo`,
          run: () => {
            const body = {
              kind: one.kind,
              item_id: item.id,
              at: one.at,
              is_date_only: one.is_date_only,
              value: one.value,
            };
            client
              .POST("/api/events", { body })
              .then(() => queries.invalidateQueries({ queryKey: ["item", item.id] }))
              .catch(sayError);
          },
        },
      });
    },
    onError: sayError,
  });
  return (
    <li className="group relative flex items-start gap-4 rounded-xl py-1.5 pr-1">
      <span className="z-1 grid size-9 shrink-0 place-items-center rounded-full border border-line bg-surface text-muted">
        <Icon aria-hidden className="size-4" />
      </span>
      <div className="min-w-0 grow pt-1.5">
        <p className="flex flex-wrap items-center gap-x-2 leading-snug">
          <Words one={one} />
        </p>
        <p className="text-sm text-muted">
          {one.at ? one.is_date_only ? bareDay(one.at) : moment(one.at) : <Trans>Nobody knows when</Trans>}
          {" · "}
          {one.batch ? <Source batch={one.batch} where={one.where} /> : <Trans>you said so here</Trans>}
        </p>
      </div>
      {!one.batch && (
        <IconButton
          label={t`Take this back`}
          size="small"
          disabled={takeBack.isPending}
          onClick={() => takeBack.mutate()}
          className="text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100"
        >
          <X />
        </IconButton>
      )}
    </li>
  );
}

function Words({ one: { kind, value } }: { one: ItemMeeting }) {
  const share = value != null && value < 1 && kind !== "rated" ? percent(value) : undefined;
  switch (kind) {
    case "watched":
      return share ? <Trans>You watched {share} of it</Trans> : <Trans>You watched it</Trans>;
    case "read":
      return share ? <Trans>You read {share} of it</Trans> : <Trans>You read it</Trans>;
    case "listened":
      return share ? <Trans>You heard {share} of it</Trans> : <Trans>You heard it</Trans>;
    case "started":
      return share ? <Trans>You began it and came to {share}</Trans> : <Trans>You began it</Trans>;
    case "rated":
      return value == null ? (
        <Trans>You took your rating back</Trans>
      ) : (
        <>
          <Trans>You rated it</Trans> <Stars value={value} />
        </>
      );
    case "liked":
      return <Trans>You liked it</Trans>;
    case "disliked":
      return <Trans>You did not like it</Trans>;
    case "saved":
      return <Trans>You kept it for later</Trans>;
    case "unsaved":
      return <Trans>You no longer kept it for later</Trans>;
    case "hidden":
      return <Trans>You hid it</Trans>;
    case "unhidden":
      return <Trans>You no longer hid it</Trans>;
    case "added":
      return <Trans>You put it on a list</Trans>;
    case "clicked":
      return <Trans>You looked at it</Trans>;
    default:
      return <>{kind}</>;
  }
}

/** The file that says so; the row, for who wants to look it up. */
export function Source({ batch, where }: { batch: FromImport; where?: string | null }) {
  return (
    <Link
      to="/import"
      title={where ?? batch.file_name}
      className="rounded-md underline-offset-4 hover:underline"
    >
      {sourceName(batch.source)}
      <span className="sr-only">, {where ?? batch.file_name}</span>
    </Link>
  );
}

function Seasons({ seasons }: { seasons: readonly SeasonMet[] }) {
  return (
    <ul className="mt-4 grid gap-3 sm:grid-cols-2">
      {seasons.map((one) => (
        <li key={one.season ?? "none"} className="rounded-2xl border border-line bg-surface p-4">
          <div className="flex items-baseline justify-between gap-3">
            <h3 className="font-semibold">
              {one.season === 0 ? (
                <Trans>Specials</Trans>
              ) : one.season == null ? (
                <Trans>Episodes without a season</Trans>
              ) : (
                <Trans>Season {one.season}</Trans>
              )}
            </h3>
            <span className="tabular text-sm text-muted">
              <Plural value={one.episodes_seen} one="# episode" other="# episodes" />
            </span>
          </div>
          <p className="mt-1 text-sm text-muted">
            <Span from={one.first_at} to={one.last_at} />
            {one.batches.map((batch) => (
              <span key={batch.id}>
                {" · "}
                <Source batch={batch} />
              </span>
            ))}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Span({ from, to }: { from: string | null; to: string | null }) {
  if (!from || !to) return <Trans>Nobody knows when</Trans>;
  const [first, last] = [bareDay(from), bareDay(to)];
  return first === last ? first : `${first} – ${last}`;
}
