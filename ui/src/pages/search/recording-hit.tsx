/** A recording in which it is said: each place with its second, who speaks, and the words marked. */
import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { AudioLines, Play, Sparkles } from "lucide-react";
import { bareDay, clock, duration } from "@/kit/words";
import { glimpse, Marked } from "./marked";
import type { Found } from "./queries";

type Recording = Found["recordings"][number];
type Passage = Recording["passages"][number];

export function RecordingHit({ hit, onFollow }: { hit: Recording; onFollow: () => void }) {
  const about = [
    hit.by,
    hit.published_at && /^\d{4}-\d{2}-\d{2}/.test(hit.published_at)
      ? bareDay(hit.published_at.slice(0, 10))
      : null,
    hit.duration_ms ? duration(hit.duration_ms / 1000) : null,
  ].filter(Boolean);
  const more = hit.count - hit.passages.length;
  return (
    <article className="overflow-hidden rounded-2xl border border-line bg-surface">
      <header className="flex items-start gap-3 border-b border-line px-4 py-3">
        <AudioLines aria-hidden className="mt-1 size-4 shrink-0 text-accent" />
        <div className="min-w-0">
          <h3 className="leading-snug font-semibold wrap-anywhere">
            <Link
              to="/archive/$id"
              params={{ id: String(hit.media_id) }}
              onClick={onFollow}
              className="rounded-sm hover:underline"
            >
              {hit.title}
            </Link>
          </h3>
          <p className="truncate text-sm text-muted">{about.join(" · ")}</p>
        </div>
      </header>
      <ol>
        {hit.passages.map((passage) => (
          <li key={passage.id} className="border-b border-line last:border-b-0">
            <Place mediaId={hit.media_id} passage={passage} onFollow={onFollow} />
          </li>
        ))}
      </ol>
      {more > 0 && (
        <p className="border-t border-line px-4 py-2 text-sm text-muted">
          <Plural value={more} one="and one more place in it" other="and # more places in it" />
        </p>
      )}
    </article>
  );
}

type PlaceProps = { mediaId: number; passage: Passage; onFollow: () => void };

function Place({ mediaId, passage, onFollow }: PlaceProps) {
  const second = Math.floor(passage.start_ms / 1000);
  const shown = glimpse(passage.text, passage.highlights);
  return (
    <Link
      to="/archive/$id"
      params={{ id: String(mediaId) }}
      search={{ t: second }}
      data-result
      onClick={onFollow}
      className="group flex gap-3 px-4 py-3 transition-colors hover:bg-sunken focus-visible:bg-sunken focus-visible:-outline-offset-2"
    >
      <span className="mt-0.5 inline-flex h-6 shrink-0 items-center gap-1 self-start rounded-full bg-accent-soft px-2 text-xs font-medium tabular group-hover:bg-accent group-hover:text-on-accent group-focus-visible:bg-accent group-focus-visible:text-on-accent">
        <Play aria-hidden className="size-3 fill-current" />
        <span className="sr-only">
          <Trans>Play from</Trans>
        </span>
        {clock(second)}
      </span>
      <span className="min-w-0 text-sm leading-relaxed">
        {passage.speaker_name && <span className="mr-1.5 font-semibold">{passage.speaker_name}</span>}
        <Marked text={shown.text} spans={shown.spans} />
        {!passage.matched.includes("text") && (
          <span className="mt-1 flex items-center gap-1 text-xs text-muted">
            <Sparkles aria-hidden className="size-3.5" />
            <Trans>Close in meaning</Trans>
          </span>
        )}
      </span>
    </Link>
  );
}
