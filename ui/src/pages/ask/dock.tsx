/** A small player above the question box: what is cited is heard without leaving the answer. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Pause, Play, RotateCcw, RotateCw, X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { client, dataOf } from "@/api/client";
import { IconButton } from "@/kit/button";
import { Range } from "@/kit/field";
import { type Playback, useDoing, usePlayback, useSecond } from "@/kit/playback";
import { clock } from "@/kit/words";

/** What is to be heard; asked for again, it begins again. */
type Listening = { mediaId: number; second: number; title: string };

let listening: Listening | undefined;
const watchers = new Set<() => void>();

/** Play a recording from a second on. */
export function listen(to: Listening | undefined): void {
  listening = to && { ...to };
  for (const watcher of watchers) watcher();
}

export function Dock() {
  const now = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => listening,
  );
  // Nothing goes on playing on another page.
  useEffect(() => () => listen(undefined), []);
  if (!now) return null;
  return <Docked key={now.mediaId} now={now} />;
}

function Docked({ now }: { now: Listening }) {
  const { t } = useLingui();
  const playback = usePlayback();
  const doing = useDoing(playback);
  const { data: source, error } = useQuery({
    queryKey: ["media", now.mediaId, "play"],
    queryFn: async ({ signal }) => {
      const params = { path: { media_id: now.mediaId } };
      return dataOf(await client.GET("/api/media/{media_id}", { params, signal })).files;
    },
    // The copy for listening; a picture has no room here.
    select: (files) =>
      (files.find((file) => file.role === "listening") ?? files.find((file) => file.role === "original"))
        ?.url,
    staleTime: 60 * 60_000,
  });
  useEffect(() => {
    playback.seek(now.second);
    if (source) void playback.play();
  }, [now, source, playback]);
  return (
    <section
      aria-label={t`Player`}
      className="appear rounded-2xl border border-line bg-raised p-2.5 shadow-card"
    >
      {source && (
        // biome-ignore lint/a11y/useMediaCaption: what is said stands in the citation, and on the recording's page
        <audio ref={playback.attach} src={`${source}?redirect=false`} preload="auto" />
      )}
      <div className="flex items-center gap-1">
        <button
          type="button"
          aria-label={doing.isPlaying ? t`Pause` : t`Play`}
          onClick={() => playback.toggle()}
          className="mr-1 grid size-11 shrink-0 place-items-center rounded-full bg-accent text-on-accent hover:brightness-110 [&_svg]:size-5"
        >
          {doing.isPlaying ? (
            <Pause aria-hidden fill="currentColor" />
          ) : (
            <Play aria-hidden fill="currentColor" className="translate-x-px" />
          )}
        </button>
        <div className="min-w-0 grow">
          <Title playback={playback} now={now} />
          <Place playback={playback} title={now.title} />
        </div>
        <IconButton label={t`Back 10 seconds`} size="small" onClick={() => playback.skip(-10)}>
          <RotateCcw />
        </IconButton>
        <IconButton label={t`On 10 seconds`} size="small" onClick={() => playback.skip(10)}>
          <RotateCw />
        </IconButton>
        <IconButton label={t`Close the player`} size="small" onClick={() => listen(undefined)}>
          <X />
        </IconButton>
      </div>
      {(error || doing.hasFailed) && (
        <p role="alert" className="mt-2 text-sm text-bad">
          <Trans>It cannot be played here. Its own page may know more.</Trans>
        </p>
      )}
    </section>
  );
}

function Title({ playback, now }: { playback: Playback; now: Listening }) {
  const second = useSecond(playback, 1);
  return (
    <Link
      to="/archive/$id"
      params={{ id: String(now.mediaId) }}
      search={{ t: second }}
      className="block truncate rounded text-sm font-medium hover:underline"
    >
      {now.title}
    </Link>
  );
}

function Place({ playback, title }: { playback: Playback; title: string }) {
  const { t } = useLingui();
  const second = useSecond(playback, 1);
  const { length } = useDoing(playback);
  const place = t`${clock(second)} of ${clock(length)}`;
  return (
    <div className="flex items-center gap-2">
      <Range
        label={t`Place in ${title}`}
        value={Math.min(second, Math.max(1, length))}
        min={0}
        max={Math.max(1, Math.ceil(length))}
        text={place}
        onChange={(value) => playback.seek(value)}
        className="[&_[role=slider]]:size-3.5"
      />
      <span aria-hidden className="tabular shrink-0 text-xs text-muted">
        {clock(second)}
      </span>
    </div>
  );
}
