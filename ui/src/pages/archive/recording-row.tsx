/** One recording in a list: its picture or the shape of its sound, what it is, and how far the work on it is. */
import { Plural, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { CircleAlert, FolderSync, Link2, Mic, Rss, Upload } from "lucide-react";
import { memo, type ReactElement, type ReactNode } from "react";
import type { JobView, MediaJobView, MediaView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { clock, shortDay } from "@/kit/words";
import { Progress } from "./progress";
import { isEnded, STATE_NAMES } from "./states";
import { Waveform } from "./waveform";

const ORIGIN_ICONS: Record<MediaView["origin"], ReactElement> = {
  link: <Link2 />,
  file: <Upload />,
  recording: <Mic />,
  folder: <FolderSync />,
};

type RecordingRowProps = {
  media: MediaView;
  /** What the live connection says of the work on it, where it says anything. */
  live: JobView | undefined;
  isChosen: boolean;
  /** Whether the keyboard is at it. */
  isCurrent?: boolean;
  onChoose: (media: MediaView, isRange: boolean) => void;
  onTag: (tag: string) => void;
  actions?: ReactNode;
};

export const RecordingRow = memo(function RecordingRow({
  media,
  live,
  isChosen,
  isCurrent,
  onChoose,
  onTag,
  actions,
}: RecordingRowProps) {
  const { t } = useLingui();
  const job: MediaJobView | null = live ?? media.job;
  return (
    <li
      id={`recording-${media.id}`}
      className={cn(
        "group relative flex items-center gap-3 rounded-2xl border border-transparent p-2 transition-colors [contain-intrinsic-size:auto_88px] [content-visibility:auto] hover:bg-surface sm:gap-4 sm:p-3",
        isChosen && "border-accent/40 bg-accent-soft hover:bg-accent-soft",
        isCurrent && "border-strong-line bg-surface",
      )}
    >
      <label className="relative -m-2 grid shrink-0 cursor-pointer place-items-center p-2">
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={t`Choose ${media.title}`}
          onChange={(event) => onChoose(media, (event.nativeEvent as MouseEvent).shiftKey)}
          className="size-5 cursor-pointer rounded accent-(--accent)"
        />
      </label>
      <Picture media={media} />
      <div className="min-w-0 grow">
        <h3 className="truncate font-display text-[1.05rem] leading-snug font-semibold">
          <Link
            to="/archive/$id"
            params={{ id: String(media.id) }}
            className="rounded-sm before:absolute before:inset-0 before:left-12 before:rounded-2xl hover:underline"
          >
            {media.title}
          </Link>
        </h3>
        <p className="mt-0.5 flex items-center gap-1.5 truncate text-sm text-muted [&_svg]:size-3.5 [&_svg]:shrink-0">
          {media.is_list ? <Rss aria-hidden /> : ORIGIN_ICONS[media.origin]}
          <span className="truncate">
            {[media.by, media.is_list ? t`Feed` : null, shortDay(media.added_at)].filter(Boolean).join(" · ")}
          </span>
        </p>
        <Work job={job} title={media.title} />
        {media.tags.length > 0 && (!job || isEnded(job.state)) && <Tags tags={media.tags} onTag={onTag} />}
      </div>
      {media.duration_ms !== null && (
        <div className="hidden shrink-0 items-center gap-3 md:flex">
          <Waveform
            id={media.id}
            isReady
            bars={44}
            className="h-9 w-36 text-strong-line/70 transition-colors group-hover:text-accent lg:w-44"
          />
        </div>
      )}
      <div className="flex shrink-0 flex-col items-end gap-1 sm:w-14">
        {media.duration_ms !== null && (
          <span className="text-sm tabular">{clock(media.duration_ms / 1000)}</span>
        )}
      </div>
      {actions && <div className="relative shrink-0">{actions}</div>}
    </li>
  );
});

/** The cover where there is one, else a tile of the colours of its own name. */
function Picture({ media }: { media: MediaView }) {
  return (
    <span
      aria-hidden
      className="relative grid size-14 shrink-0 place-items-center overflow-hidden rounded-xl sm:size-16"
      style={{ background: media.thumbnail ? undefined : groundOf(media.title) }}
    >
      {media.thumbnail ? (
        <img
          src={media.thumbnail}
          alt=""
          loading="lazy"
          decoding="async"
          className="size-full object-cover"
        />
      ) : (
        <span className="font-display text-2xl font-bold text-white/95">{initialOf(media.title)}</span>
      )}
      {media.has_video && (
        <span className="absolute right-1 bottom-1 rounded bg-black/70 px-1 text-[0.6rem] font-semibold text-white">
          ▶
        </span>
      )}
    </span>
  );
}

/** Grounds on which white keeps 4.5:1. */
const GROUNDS = [
  "#1d3557",
  "#7a2414",
  "#123c36",
  "#5c1a2e",
  "#4a3f8f",
  "#0f4c5c",
  "#6b4a00",
  "#24243a",
] as const;

function groundOf(title: string): string {
  let sum = 0;
  for (const character of title) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  const first = GROUNDS[sum % GROUNDS.length];
  const second = GROUNDS[(sum >>> 3) % GROUNDS.length];
  return `linear-gradient(${sum % 360}deg, ${first}, ${second})`;
}

function initialOf(title: string): string {
  return (title.match(/[\p{L}\p{N}]/u)?.[0] ?? "·").toUpperCase();
}

/** What is being done to it, or why nothing came of it. */
function Work({ job, title }: { job: MediaJobView | null; title: string }) {
  const { t } = useLingui();
  if (!job || job.state === "completed") return null;
  if (job.state === "failed") {
    return (
      <p className="mt-1 flex items-start gap-1.5 text-sm text-bad">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span className="line-clamp-2">{job.error ?? t`It failed.`}</span>
      </p>
    );
  }
  if (isEnded(job.state)) {
    return <p className="mt-1 text-sm text-muted">{job.line || t(STATE_NAMES[job.state])}</p>;
  }
  return (
    <div className="mt-1.5 max-w-md">
      <Progress share={job.percent / 100} label={title} isResting={job.state === "pending"} />
      <p className="mt-1 truncate text-xs text-muted tabular">
        {job.state === "pending" && !job.line ? t`Waits for its turn` : job.line || t(STATE_NAMES[job.state])}
        {job.error ? ` (${job.error})` : ""}
      </p>
    </div>
  );
}

const MOST_TAGS = 4;

function Tags({ tags, onTag }: { tags: readonly string[]; onTag: (tag: string) => void }) {
  const { t } = useLingui();
  return (
    <ul className="relative mt-1.5 flex h-6 flex-wrap gap-1 overflow-hidden">
      {tags.slice(0, MOST_TAGS).map((tag) => (
        <li key={tag}>
          <button
            type="button"
            onClick={() => onTag(tag)}
            aria-label={t`Only recordings tagged ${tag}`}
            className="h-6 max-w-40 truncate rounded-full bg-sunken px-2 text-xs text-muted hover:bg-line hover:text-ink"
          >
            {tag}
          </button>
        </li>
      ))}
      {tags.length > MOST_TAGS && (
        <li className="self-center px-1 text-xs text-muted">
          <Plural value={tags.length - MOST_TAGS} one="# more" other="# more" />
        </li>
      )}
    </ul>
  );
}
