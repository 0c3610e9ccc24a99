/** One of two recordings that sound alike: to be heard, and perhaps the one that stays. */
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Pause, Play } from "lucide-react";
import { type Ref, useImperativeHandle, useRef, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { PairSide as Side } from "@/api/schema";
import { IconButton } from "@/kit/button";
import { cn } from "@/kit/classes";
import { Range } from "@/kit/field";
import { sayError } from "@/kit/toasts";
import { clock, shortDay } from "@/kit/words";
import { Waveform } from "./waveform";

export type Player = { toggle: () => void; pause: () => void };

type PairSideProps = {
  media: Side;
  label: string;
  keys: string;
  isKept: boolean;
  onKeep: () => void;
  /** Called when it begins to sound: the other one falls silent. */
  onPlay: () => void;
  ref: Ref<Player>;
};

export function PairSide({ media, label, keys, isKept, onKeep, onPlay, ref }: PairSideProps) {
  const { t } = useLingui();
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const length = (media.duration_ms ?? 0) / 1000;

  const toggle = async () => {
    const player = audio.current;
    if (!player) return;
    if (!player.paused) {
      player.pause();
      return;
    }
    try {
      if (!player.src) {
        const params = { path: { media_id: media.id } };
        player.src = dataOf(await client.GET("/api/media/{media_id}/play", { params })).url;
        player.currentTime = at;
      }
      await player.play();
    } catch (error) {
      sayError(error);
    }
  };
  useImperativeHandle(ref, () => ({
    toggle: () => void toggle(),
    pause: () => audio.current?.pause(),
  }));
  const seek = (to: number) => {
    setAt(to);
    if (audio.current?.src) audio.current.currentTime = to;
  };

  return (
    <div
      className={cn(
        "flex min-w-0 flex-col gap-3 rounded-3xl border-2 border-line bg-surface p-4 transition-colors sm:gap-4 sm:p-5",
        isKept && "border-accent",
      )}
    >
      <div className="min-w-0">
        <p className="text-sm text-muted">
          {label}, {shortDay(media.added_at)}
        </p>
        <h2 className="mt-1 line-clamp-2 text-xl font-semibold">
          <Link
            to="/archive/$id"
            params={{ id: String(media.id) }}
            className="inline-block min-h-7 rounded-sm hover:underline"
          >
            {media.title}
          </Link>
        </h2>
        <p className="mt-1 truncate text-sm text-muted">
          {[media.by, media.link ?? media.given].filter(Boolean).join(" · ")}
        </p>
      </div>
      <Waveform
        id={media.id}
        isReady
        bars={72}
        className={cn("mt-auto h-12 w-full sm:h-16", isPlaying ? "text-accent" : "text-strong-line")}
      />
      <div className="flex items-center gap-3">
        <IconButton
          label={isPlaying ? t`Pause ${media.title}` : t`Play ${media.title}`}
          keys={keys}
          look="primary"
          className="rounded-full"
          onClick={() => void toggle()}
        >
          {isPlaying ? <Pause /> : <Play />}
        </IconButton>
        <Range
          label={t`Place in ${media.title}`}
          value={Math.min(at, length)}
          min={0}
          max={Math.max(1, length)}
          text={clock(at)}
          onChange={seek}
        />
        <span className="shrink-0 text-sm text-muted tabular">
          {clock(at)} / {clock(length)}
        </span>
      </div>
      {/* biome-ignore lint/a11y/useMediaCaption: compared by ear; its text is on its own page */}
      <audio
        ref={audio}
        preload="none"
        onPlay={() => {
          setPlaying(true);
          onPlay();
        }}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
      <label className="flex cursor-pointer items-center gap-2.5 rounded-xl bg-sunken px-3 py-2.5 text-sm has-checked:bg-accent-soft has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent">
        <input
          type="radio"
          name="kept"
          checked={isKept}
          onChange={onKeep}
          className="size-4 accent-(--accent)"
        />
        {t`This one stays if they are the same`}
      </label>
    </div>
  );
}
