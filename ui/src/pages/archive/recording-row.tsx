/** One recording in a list: its picture or the shape of its sound, what it is, and how far the work on it is. */
import { Plural, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Check, CircleAlert, FolderSync, Link2, Mic, Play, Rss, Upload } from "lucide-react";
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

/** The whole row is the link, but for what lies above it. */
const OVER_ALL =
  "inline-block min-h-6 before:absolute before:inset-0 before:rounded-2xl sm:before:left-12 hover:underline focus-visible:outline-none focus-visible:before:outline-2 focus-visible:before:-outline-offset-2 focus-visible:before:outline-accent";

type RecordingRowProps = {
  media: MediaView;
  /** What the live connection says of the work on it, where it says anything. */
  live: JobView | undefined;
  isChosen: boolean;
  /** Whether any is chosen: then phones show the boxes, too. */
  isChoosing: boolean;
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
  isChoosing,
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
      <label
        className={cn(
          "relative -m-2 grid shrink-0 cursor-pointer place-items-center p-2",
          !isChoosing && "max-sm:hidden",
        )}
      >
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={t`Choose ${media.title}`}
          onChange={(event) => onChoose(media, (event.nativeEvent as MouseEvent).shiftKey)}
          className="peer size-5 cursor-pointer appearance-none rounded-md border-2 border-strong-line/70 transition-colors checked:border-accent checked:bg-accent hover:border-accent"
        />
        <Check
          aria-hidden
          strokeWidth={3}
          className="pointer-events-none absolute hidden size-3.5 text-on-accent peer-checked:block"
        />
      </label>
      <Picture media={media} />
      <div className="min-w-0 grow">
        <h3 className="line-clamp-2 font-display sm:line-clamp-1 text-[1.05rem] leading-snug font-semibold">
          {media.is_list ? (
            <Link to="/archive" search={{ parent: media.id }} className={OVER_ALL}>
              {media.title}
            </Link>
          ) : (
            <Link to="/archive/$id" params={{ id: String(media.id) }} className={OVER_ALL}>
              {media.title}
            </Link>
          )}
        </h3>
        <p className="mt-0.5 flex items-center gap-1.5 truncate text-sm text-muted [&_svg]:size-3.5 [&_svg]:shrink-0">
          {media.is_list ? <Rss aria-hidden /> : ORIGIN_ICONS[media.origin]}
          <span className="truncate">
            {media.duration_ms !== null && (
              <span className="tabular sm:hidden">{clock(media.duration_ms / 1000)} · </span>
            )}
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
      <div className="hidden w-14 shrink-0 flex-col items-end gap-1 sm:flex">
        {media.duration_ms !== null && (
          <span className="text-sm tabular">{clock(media.duration_ms / 1000)}</span>
        )}
      </div>
      {actions && <div className="relative shrink-0">{actions}</div>}
    </li>
  );
});

/** The cover where there is one, else the shape of its sound in two colours of its own. */
function Picture({ media }: { media: MediaView }) {
  const [ground, ink] = coloursOf(media.title);
  return (
    <span
      aria-hidden
      className="relative grid size-14 shrink-0 place-items-center overflow-hidden rounded-xl sm:size-16"
      style={{ background: ground, color: ink }}
    >
      {media.thumbnail ? (
        <img
          src={media.thumbnail}
          alt=""
          loading="lazy"
          decoding="async"
          className="size-full object-cover"
        />
      ) : media.duration_ms !== null ? (
        <Waveform id={media.id} isReady bars={9} className="h-9 w-10" />
      ) : (
        <span className="[&_svg]:size-6">{media.is_list ? <Rss /> : ORIGIN_ICONS[media.origin]}</span>
      )}
      {media.has_video && (
        <Play className="absolute right-1 bottom-1 size-4 rounded-full bg-black/70 fill-white p-0.75 text-white" />
      )}
    </span>
  );
}

const COLOURS = [
  ["#1d3557", "#ff9b71"],
  ["#f0dfc0", "#c8452c"],
  ["#5c1a2e", "#f2a65a"],
  ["#123c36", "#e9c46a"],
  ["#e4dcf5", "#6a3fb5"],
  ["#0f4c5c", "#9ad1d4"],
  ["#f6c453", "#8f2a12"],
  ["#24243a", "#c9a6ff"],
  ["#dfe8d8", "#2f6b3d"],
  ["#7a2414", "#ffb454"],
] as const;

function coloursOf(title: string): readonly [string, string] {
  let sum = 0x811c9dc5;
  for (const character of title) sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return COLOURS[(sum >>> 0) % COLOURS.length] ?? COLOURS[0];
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
