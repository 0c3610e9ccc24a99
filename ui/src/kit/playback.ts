/** A media element as a store: what it does now, what can be asked of it, and the second it is at. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";

export type Doing = {
  isPlaying: boolean;
  /** It would play, and has to wait for bytes. */
  isWaiting: boolean;
  /** Its length is known, so that it can seek. */
  isReady: boolean;
  hasFailed: boolean;
  /** In seconds; 0 until it is known. */
  length: number;
  rate: number;
  volume: number;
  isMuted: boolean;
};

const NOTHING: Doing = {
  isPlaying: false,
  isWaiting: false,
  isReady: false,
  hasFailed: false,
  length: 0,
  rate: 1,
  volume: 1,
  isMuted: false,
};

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;

/** How fast and how loud somebody likes it is kept in this browser. */
const KEPT = "mediatheque.playing";
const EVENTS = [
  "play",
  "pause",
  "playing",
  "waiting",
  "seeking",
  "seeked",
  "ended",
  "error",
  "emptied",
  "loadedmetadata",
  "durationchange",
  "canplay",
  "ratechange",
  "volumechange",
] as const;

export class Playback {
  private element: HTMLMediaElement | null = null;
  private doing = NOTHING;
  /** Where to begin as soon as it can seek, in seconds. */
  private wanted: number | null = null;
  private frame = 0;
  private readonly watchers = new Set<() => void>();
  private readonly clocks = new Set<() => void>();

  /** The ref of the element; taking another one over keeps speed and volume. */
  readonly attach = (element: HTMLMediaElement | null): (() => void) | undefined => {
    if (!element) return undefined;
    this.element = element;
    const { rate, volume, isMuted } = kept();
    element.defaultPlaybackRate = rate;
    element.playbackRate = rate;
    element.volume = volume;
    element.muted = isMuted;
    for (const name of EVENTS) element.addEventListener(name, this.look);
    element.addEventListener("timeupdate", this.tell);
    this.look();
    return () => {
      for (const name of EVENTS) element.removeEventListener(name, this.look);
      element.removeEventListener("timeupdate", this.tell);
      // Browsers pause what leaves the document by themselves.
      cancelAnimationFrame(this.frame);
      this.element = null;
    };
  };

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly watchClock = (watcher: () => void): (() => void) => {
    this.clocks.add(watcher);
    return () => this.clocks.delete(watcher);
  };

  readonly now = (): Doing => this.doing;

  /** Where it is, in seconds. */
  readonly second = (): number => this.wanted ?? this.element?.currentTime ?? 0;

  async play(): Promise<void> {
    try {
      await this.element?.play();
    } catch (error) {
      // Browsers refuse to begin by themselves; and a pause may come before it has begun.
      if (!(error instanceof DOMException && /^(NotAllowed|Abort)Error$/.test(error.name))) this.look();
    }
  }

  pause(): void {
    this.element?.pause();
  }

  toggle(): void {
    if (this.doing.isPlaying) this.pause();
    else void this.play();
  }

  seek(second: number): void {
    const most = this.doing.length || Number.POSITIVE_INFINITY;
    const to = Math.min(Math.max(0, second), most);
    if (this.element && this.element.readyState >= HTMLMediaElement.HAVE_METADATA) {
      this.element.currentTime = to;
      this.wanted = null;
    } else {
      this.wanted = to;
    }
    this.tell();
  }

  skip(seconds: number): void {
    this.seek(this.second() + seconds);
  }

  setRate(rate: number): void {
    if (this.element) this.element.playbackRate = Math.min(3, Math.max(0.5, rate));
  }

  /** The next speed, faster (1) or slower (-1). */
  changeRate(by: 1 | -1): void {
    const { rate } = this.doing;
    const next = by > 0 ? RATES.find((one) => one > rate + 0.01) : RATES.findLast((one) => one < rate - 0.01);
    if (next) this.setRate(next);
  }

  setVolume(volume: number): void {
    if (!this.element) return;
    this.element.volume = Math.min(1, Math.max(0, volume));
    this.element.muted = volume <= 0;
  }

  toggleMute(): void {
    if (!this.element) return;
    this.element.muted = !this.element.muted;
    if (!this.element.muted && this.element.volume === 0) this.element.volume = 0.5;
  }

  private readonly look = (): void => {
    const { element } = this;
    if (!element) return;
    const isReady = element.readyState >= HTMLMediaElement.HAVE_METADATA;
    if (isReady && this.wanted !== null) {
      element.currentTime = this.wanted;
      this.wanted = null;
    }
    const isPlaying = !element.paused && !element.ended;
    this.doing = {
      isPlaying,
      isWaiting: isPlaying && element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
      isReady,
      hasFailed: element.error !== null,
      length: Number.isFinite(element.duration) ? element.duration : 0,
      rate: element.playbackRate,
      volume: element.volume,
      isMuted: element.muted,
    };
    keep(this.doing);
    cancelAnimationFrame(this.frame);
    if (isPlaying) this.frame = requestAnimationFrame(this.run);
    for (const watcher of this.watchers) watcher();
    this.tell();
  };

  private readonly run = (): void => {
    this.tell();
    this.frame = requestAnimationFrame(this.run);
  };

  private readonly tell = (): void => {
    for (const clock of this.clocks) clock();
  };
}

/** One for as long as the component is there. */
export function usePlayback(): Playback {
  return useState(() => new Playback())[0];
}

export function useDoing(playback: Playback): Doing {
  return useSyncExternalStore(playback.watch, playback.now);
}

/** The second it is at, in whole steps: who shows seconds need not draw sixty times in each. */
export function useSecond(playback: Playback, step = 1): number {
  const read = useCallback(() => Math.floor(playback.second() / step) * step, [playback, step]);
  return useSyncExternalStore(playback.watchClock, read);
}

/** Calls `draw` with every picture while it plays, and whenever it jumps. */
export function useEveryMoment(playback: Playback, draw: (second: number) => void): void {
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
  });
  useEffect(() => playback.watchClock(() => latest.current(playback.second())), [playback]);
}

function kept(): Pick<Doing, "rate" | "volume" | "isMuted"> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const { rate, volume, isMuted } = read as Partial<Record<string, unknown>>;
    return {
      rate: typeof rate === "number" && rate >= 0.5 && rate <= 3 ? rate : 1,
      volume: typeof volume === "number" && volume >= 0 && volume <= 1 ? volume : 1,
      isMuted: isMuted === true,
    };
  } catch {
    return { rate: 1, volume: 1, isMuted: false };
  }
}

function keep({ rate, volume, isMuted }: Doing): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ rate, volume, isMuted }));
  } catch {
    // A browser that keeps nothing plays as well.
  }
}
