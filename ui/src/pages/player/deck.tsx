/** The deck: the sound or picture itself, its waveform and controls, which stay in view while one reads. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useCallback, useEffect, useRef, useState } from "react";
import type { MediaDetails } from "@/api/schema";
import { cn } from "@/kit/classes";
import { type Playback, useDoing } from "@/kit/playback";
import { isTyping, useShortcuts } from "@/kit/shortcuts";
import { Controls } from "./controls";
import { usePeaks } from "./recording";
import { Waveform } from "./waveform";

type DeckProps = {
  media: MediaDetails;
  playback: Playback;
  hits: readonly number[];
  onSeek: (second: number) => void;
  className?: string;
};

export function Deck({ media, playback, hits, onSeek, className }: DeckProps) {
  const { t } = useLingui();
  const peaks = usePeaks(media);
  const doing = useDoing(playback);
  const video = useRef<HTMLVideoElement>(null);
  const [hasCaptions, setCaptions] = useState(true);
  const [isBroken, setBroken] = useState(false);
  const source = sourceOf(media, isBroken);
  const length = doing.length || (media.duration_ms ?? 0) / 1000;
  const attach = useCallback(
    (element: HTMLVideoElement | null) => {
      video.current = element;
      return playback.attach(element);
    },
    [playback],
  );
  useKeys(playback, onSeek, source?.isVideo ? () => setCaptions((on) => !on) : undefined);
  useSession(media, playback);
  useEffect(() => {
    const track = video.current?.textTracks[0];
    if (track) track.mode = hasCaptions ? "showing" : "hidden";
  });

  if (!source) {
    return (
      <p className={cn("rounded-2xl border border-line bg-surface p-5 text-sm text-muted", className)}>
        <Trans>There is nothing to hear yet: its file is still on the way.</Trans>
      </p>
    );
  }
  return (
    <section
      aria-label={t`Player`}
      className={cn("rounded-2xl border border-line bg-raised p-3 shadow-card sm:p-4", className)}
    >
      {source.isVideo ? (
        // biome-ignore lint/a11y/useMediaCaption: captions are there as soon as somebody has listened
        <video
          key={source.url}
          ref={attach}
          src={source.url}
          poster={media.thumbnail ?? undefined}
          preload="metadata"
          playsInline
          onClick={() => playback.toggle()}
          onError={() => setBroken(true)}
          className="mx-auto mb-3 aspect-video max-h-[38dvh] w-full rounded-xl bg-black object-contain"
        >
          {media.transcript && (
            <track
              kind="captions"
              src={`/api/media/${media.id}/transcript?format=vtt`}
              srcLang={media.transcript.language ?? media.language ?? "und"}
              label={t`Subtitles`}
            />
          )}
        </video>
      ) : (
        // biome-ignore lint/a11y/useMediaCaption: all that is said stands below, line by line
        <audio key={source.url} ref={playback.attach} src={source.url} preload="metadata" />
      )}
      <Waveform
        playback={playback}
        length={length}
        peaks={peaks}
        chapters={media.chapters}
        hits={hits}
        onSeek={onSeek}
      />
      <Controls
        playback={playback}
        length={length}
        video={source.isVideo ? video : undefined}
        captions={
          source.isVideo && media.transcript
            ? { isOn: hasCaptions, toggle: () => setCaptions((on) => !on) }
            : undefined
        }
      />
      {doing.hasFailed && (
        <p role="alert" className="mt-3 text-sm text-bad">
          <Trans>
            This browser cannot play the file. Work on it again from the file on to get a copy that it can
            play, or keep the file and open it elsewhere.
          </Trans>
        </p>
      )}
      {media.has_video && !source.isVideo && (
        <p className="mt-3 text-sm text-muted">
          <Trans>This browser cannot show its picture, so it plays the sound alone.</Trans>
        </p>
      )}
    </section>
  );
}

type Source = { url: string; isVideo: boolean };

/** What to play: the picture where this browser can show it, else the copy for listening, else the file itself. */
function sourceOf(media: MediaDetails, isBroken: boolean): Source | undefined {
  const original = media.files.find((file) => file.role === "original");
  const listening = media.files.find((file) => file.role === "listening");
  if (media.has_video && original?.media_type.startsWith("video/")) {
    if (!listening || (!isBroken && canShow(original.media_type)))
      return { url: played(original.url), isVideo: true };
  }
  const file = listening ?? original;
  return file && { url: played(file.url), isVideo: false };
}

/** Never sent on to another origin: the page's policy plays what is ours alone. */
function played(url: string): string {
  return `${url}?redirect=false`;
}

function canShow(mediaType: string): boolean {
  // Browsers play Matroska when its streams are those of WebM, but will not say so.
  if (mediaType === "video/x-matroska") return true;
  return document.createElement("video").canPlayType(mediaType) !== "";
}

/** The deck's keys. */
function useKeys(
  playback: Playback,
  onSeek: (second: number) => void,
  onCaptions: (() => void) | undefined,
): void {
  const { t } = useLingui();
  const skip = (seconds: number) => onSeek(playback.second() + seconds);
  useShortcuts([
    { keys: "Space", name: t`Play or pause`, run: () => playback.toggle() },
    { keys: "k", name: t`Play or pause`, run: () => playback.toggle() },
    { keys: "j", name: t`Back 10 seconds`, run: () => skip(-10) },
    { keys: "l", name: t`On 10 seconds`, run: () => skip(10) },
    { keys: "ArrowLeft", name: t`Back 10 seconds`, run: () => skip(-10) },
    { keys: "ArrowRight", name: t`On 10 seconds`, run: () => skip(10) },
    { keys: "<", name: t`Slower`, run: () => playback.changeRate(-1) },
    { keys: ">", name: t`Faster`, run: () => playback.changeRate(1) },
    { keys: "m", name: t`Mute`, run: () => playback.toggleMute() },
    ...(onCaptions ? [{ keys: "c", name: t`Subtitles`, run: onCaptions }] : []),
  ]);
  useEffect(() => {
    // The space bar presses what is focused; it plays where that is nothing, the waveform, or a line that was chosen.
    const onKeyDown = (event: KeyboardEvent) => {
      const { target } = event;
      const isFree =
        target instanceof HTMLElement && target.matches("body, #main, [role=slider], [data-line]");
      if (event.key !== " " || event.defaultPrevented || isTyping(target) || !isFree) return;
      event.preventDefault();
      playback.toggle();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [playback]);
}

/** What plays, for the keys of keyboards and headphones, and for the lock screen. */
function useSession(media: MediaDetails, playback: Playback): void {
  const { title, by, thumbnail } = media;
  useEffect(() => {
    const { mediaSession: session } = navigator;
    if (!session) return undefined;
    session.metadata = new MediaMetadata({
      title,
      artist: by ?? "",
      artwork: thumbnail ? [{ src: thumbnail, type: "image/jpeg" }] : [],
    });
    const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", () => void playback.play()],
      ["pause", () => playback.pause()],
      ["seekbackward", ({ seekOffset }) => playback.skip(-(seekOffset ?? 10))],
      ["seekforward", ({ seekOffset }) => playback.skip(seekOffset ?? 10)],
      ["seekto", ({ seekTime }) => seekTime !== undefined && playback.seek(seekTime)],
    ];
    for (const [action, handler] of handlers) session.setActionHandler(action, handler);
    return () => {
      session.metadata = null;
      for (const [action] of handlers) session.setActionHandler(action, null);
    };
  }, [title, by, thumbnail, playback]);
}
