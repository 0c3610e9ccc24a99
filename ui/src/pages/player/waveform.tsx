/** The recording as it sounds, drawn: where it is, where things begin, and any place in it one press away. */
import { useLingui } from "@lingui/react/macro";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ChapterView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { type Playback, useEveryMoment, useSecond } from "@/kit/playback";
import { clock, duration } from "@/kit/words";

const BAR = 3;
const GAP = 1;
/** How loud what is silent looks, of the whole height. */
const FLOOR = 0.06;

type WaveformProps = {
  playback: Playback;
  /** In seconds. */
  length: number;
  peaks: Uint8Array | undefined;
  chapters: readonly ChapterView[];
  /** Where something was found, in seconds. */
  hits: readonly number[];
  onSeek: (second: number) => void;
};

export function Waveform({ playback, length, peaks, chapters, hits, onSeek }: WaveformProps) {
  const { t } = useLingui();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const [pointed, setPointed] = useState<number>();
  const isDragging = useRef(false);
  const second = useSecond(playback);
  const chapter = chapters.findLast((one) => one.start_ms <= second * 1000);
  const bars = useMemo(() => barsOf(peaks, box.width), [peaks, box.width]);
  const theme = useTheme();

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      setBox({ width, height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const draw = (now: number) => {
    const context = canvas.current?.getContext("2d");
    if (!context || box.width === 0) return;
    const shown = isDragging.current && pointed !== undefined ? pointed : now;
    paint(context, bars, box, length > 0 ? shown / length : 0, theme);
  };
  useEveryMoment(playback, draw);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew whenever something it is made of changes
  useEffect(() => draw(playback.second()), [bars, box, length, theme, pointed]);

  const at = (event: React.PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * length;
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const to = placeFor(event.key, playback.second(), length);
    if (to === undefined) return;
    event.preventDefault();
    onSeek(to);
  };
  const place = t`${clock(second)} of ${clock(length)}`;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t`Place in the recording`}
      aria-valuemin={0}
      aria-valuemax={Math.round(length)}
      aria-valuenow={Math.min(second, Math.round(length))}
      aria-valuetext={chapter ? `${place}, ${chapter.title}` : place}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        isDragging.current = true;
        setPointed(at(event));
      }}
      onPointerMove={(event) => {
        if (isDragging.current || event.pointerType === "mouse") setPointed(at(event));
      }}
      onPointerUp={(event) => {
        if (!isDragging.current) return;
        isDragging.current = false;
        onSeek(at(event));
        if (event.pointerType !== "mouse") setPointed(undefined);
      }}
      onPointerCancel={() => {
        isDragging.current = false;
        setPointed(undefined);
      }}
      onPointerLeave={() => !isDragging.current && setPointed(undefined)}
      className="relative h-14 w-full cursor-pointer touch-none rounded-lg select-none sm:h-16"
    >
      <canvas ref={canvas} className="absolute inset-x-0 inset-y-1 h-[calc(100%-0.5rem)] w-full" />
      {length > 0 && (
        <>
          {chapters.map((one) => (
            <Mark
              key={`${one.start_ms} ${one.title}`}
              share={one.start_ms / 1000 / length}
              className="inset-y-0 w-px bg-strong-line/70"
            />
          ))}
          {hits.map((hit) => (
            <Mark key={hit} share={hit / length} className="bottom-0 h-1.5 w-1.5 rounded-full bg-warn" />
          ))}
          {pointed !== undefined && (
            <>
              <Mark share={pointed / length} className="inset-y-0 w-px bg-ink" />
              <Pointed share={pointed / length}>
                {clock(pointed)}
                {titleAt(chapters, pointed)}
              </Pointed>
            </>
          )}
        </>
      )}
      <span className="sr-only">{t`${duration(length)} long`}</span>
    </div>
  );
}

function Mark({ share, className }: { share: number; className: string }) {
  return (
    <span
      aria-hidden
      style={{ left: `${share * 100}%` }}
      className={cn("pointer-events-none absolute -translate-x-1/2", className)}
    />
  );
}

function Pointed({ share, children }: { share: number; children: React.ReactNode }) {
  return (
    <span
      aria-hidden
      style={{ left: `clamp(2rem, ${share * 100}%, calc(100% - 2rem))` }}
      className="tabular pointer-events-none absolute -top-7 z-10 max-w-64 -translate-x-1/2 truncate rounded-md bg-ink px-1.5 py-0.5 text-xs text-paper"
    >
      {children}
    </span>
  );
}

function titleAt(chapters: readonly ChapterView[], second: number): string {
  const chapter = chapters.findLast((one) => one.start_ms <= second * 1000);
  return chapter ? ` · ${chapter.title}` : "";
}

/** Where a key leads from here; undefined: it means something else. */
function placeFor(key: string, second: number, length: number): number | undefined {
  if (key === "ArrowRight" || key === "ArrowUp") return second + 10;
  if (key === "ArrowLeft" || key === "ArrowDown") return second - 10;
  if (key === "PageUp") return second + 60;
  if (key === "PageDown") return second - 60;
  if (key === "Home") return 0;
  if (key === "End") return length;
  return undefined;
}

/** As many bars as there is room for, each as loud as the loudest that it stands for; quiet recordings use the room, too. */
function barsOf(peaks: Uint8Array | undefined, width: number): readonly number[] {
  const count = Math.max(1, Math.floor((width + GAP) / (BAR + GAP)));
  if (!peaks || peaks.length === 0) return Array.from({ length: count }, () => FLOOR);
  const loudest = Math.max(
    32,
    peaks.reduce((most, peak) => Math.max(most, peak), 0),
  );
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * peaks.length) / count));
    const peak = peaks.subarray(from, to).reduce((most, one) => Math.max(most, one), 0);
    // One clap must not make a whisper of all the rest.
    return Math.max(FLOOR, (peak / loudest) ** 0.75);
  });
}

type Colours = { played: string; rest: string };

function paint(
  context: CanvasRenderingContext2D,
  bars: readonly number[],
  { width, height }: { width: number; height: number },
  share: number,
  { played, rest }: Colours,
): void {
  const { canvas } = context;
  const scale = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const step = (width + GAP) / bars.length;
  const edge = share * width;
  bars.forEach((bar, at) => {
    const x = at * step;
    const size = Math.max(2, bar * height);
    context.fillStyle = x + (step - GAP) / 2 <= edge && edge > 0 ? played : rest;
    context.beginPath();
    context.roundRect(x, (height - size) / 2, step - GAP, size, 1.5);
    context.fill();
  });
}

/** The colours of the theme, read anew when it changes: a canvas has no CSS. */
function useTheme(): Colours {
  const [colours, setColours] = useState<Colours>(read);
  useEffect(() => {
    const observer = new MutationObserver(() => setColours(read()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    return () => observer.disconnect();
  }, []);
  return colours;
}

function read(): Colours {
  const style = getComputedStyle(document.documentElement);
  return {
    played: style.getPropertyValue("--accent").trim(),
    rest: style.getPropertyValue("--strong-line").trim(),
  };
}
