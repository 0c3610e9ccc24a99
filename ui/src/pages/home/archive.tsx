/** What of Home speaks of the archive: what was added last, and where recordings speak of titles. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import type { MediaView, SpokenMoment } from "@/api/schema";
import { Cover } from "@/kit/cover";
import { ItemCover } from "@/kit/item-cover";
import { Quote } from "@/kit/quote";
import { Shelf } from "@/kit/shelf";
import { Skeleton } from "@/kit/states";
import { ago, clock, duration } from "@/kit/words";

export function Moments({ moments }: { moments: readonly SpokenMoment[] }) {
  const { t } = useLingui();
  if (moments.length === 0) return null;
  return (
    <Shelf
      heading={t`Spoken of in your recordings`}
      note={t`Press play to hear it`}
      width="w-[18rem] sm:w-[22rem]"
      placeholder={<Skeleton className="h-60 rounded-2xl" />}
    >
      {moments.map((moment) => (
        <Moment key={`${moment.media_id}:${moment.item.id}`} moment={moment} />
      ))}
    </Shelf>
  );
}

function Moment({ moment }: { moment: SpokenMoment }) {
  const { item } = moment;
  const at = clock(moment.start_ms / 1000);
  return (
    <article className="flex h-60 flex-col gap-4 rounded-2xl border border-line bg-surface p-4 shadow-card">
      <div className="flex min-h-0 grow gap-4">
        <Link
          to="/items/$id"
          params={{ id: String(item.id) }}
          data-card
          className="w-20 shrink-0 self-start rounded-card transition-transform duration-200 hover:-translate-y-0.5"
        >
          <ItemCover item={item} className="rounded-lg" />
          <span className="sr-only">{item.title}</span>
        </Link>
        <blockquote className="line-clamp-5 font-serif text-lg leading-snug">
          <Quote text={moment.text || moment.said} said={moment.said} />
        </blockquote>
      </div>
      <Link
        to="/archive/$id"
        params={{ id: String(moment.media_id) }}
        search={{ t: Math.floor(moment.start_ms / 1000) }}
        className="group/play -m-1 flex items-center gap-3 rounded-xl p-1"
      >
        <span className="grid size-9 shrink-0 place-items-center rounded-full bg-accent text-on-accent transition-transform group-hover/play:scale-105">
          <Play aria-hidden className="size-4 fill-current" />
          <span className="sr-only">
            <Trans>Play</Trans>
          </span>
        </span>
        <span className="min-w-0 text-sm">
          <span className="block truncate font-medium">{moment.media_title}</span>
          <span className="tabular block truncate text-muted">
            {at}
            {moment.speaker_name && ` · ${moment.speaker_name}`}
            {moment.times > 1 && (
              <>
                {" · "}
                <Plural value={moment.times} one="named once" other="named # times" />
              </>
            )}
          </span>
        </span>
      </Link>
    </article>
  );
}

/** States of work that goes no further. */
const OVER: ReadonlySet<string> = new Set(["completed", "duplicate", "failed", "cancelled"]);

export function Recordings({ recordings }: { recordings: readonly MediaView[] }) {
  const { t } = useLingui();
  if (recordings.length === 0) return null;
  return (
    <Shelf
      heading={t`New in your archive`}
      width="w-[17rem] sm:w-[20rem]"
      placeholder={<Skeleton className="h-28 rounded-2xl" />}
      action={
        <Link to="/archive" className="rounded-md text-sm font-medium text-accent hover:underline">
          <Trans>The whole archive</Trans>
        </Link>
      }
    >
      {recordings.map((recording) => (
        <Recording key={recording.id} recording={recording} />
      ))}
    </Shelf>
  );
}

function Recording({ recording }: { recording: MediaView }) {
  const { job } = recording;
  const isWorkedOn = job && !OVER.has(job.state);
  return (
    <Link
      to="/archive/$id"
      params={{ id: String(recording.id) }}
      data-card
      className="flex h-28 gap-4 rounded-2xl border border-line bg-surface p-3 shadow-card transition-transform duration-200 hover:-translate-y-0.5"
    >
      <Cover
        title={recording.title}
        kind={recording.has_video ? "video" : "audio"}
        className="h-full w-auto shrink-0 rounded-lg"
      />
      <span className="flex min-w-0 flex-col justify-center gap-1">
        <span className="line-clamp-2 leading-snug font-medium">{recording.title}</span>
        <span className="truncate text-sm text-muted">
          {isWorkedOn
            ? job.line || <Trans>Being listened to</Trans>
            : [
                recording.duration_ms == null ? "" : duration(recording.duration_ms / 1000),
                ago(recording.added_at),
              ]
                .filter(Boolean)
                .join(" · ")}
        </span>
      </span>
    </Link>
  );
}
