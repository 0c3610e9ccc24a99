/** The microphone: asked for, recorded from in pieces that are kept at once, paused, and how loud it is right now. */
import { useCallback, useEffect, useRef, useState } from "react";
import { keepPiece, lockOf, type Spoken } from "./spoken";

export type Trouble = "refused" | "missing" | "busy" | "unsupported" | "full";

export type Microphone = {
  state: "idle" | "asking" | "recording" | "paused" | "stopping";
  trouble: Trouble | null;
  elapsedMs: number;
  begin: () => Promise<void>;
  pause: () => void;
  goOn: () => void;
  /** End it; what was recorded is kept on this device. */
  end: () => Promise<Spoken | null>;
  /** How loud it is, 0 to 1; asked on every frame that is drawn. */
  level: () => number;
};

type Session = {
  stream: MediaStream;
  recorder: MediaRecorder;
  context: AudioContext;
  analyser: AnalyserNode;
  spoken: Spoken;
  pieces: number;
  keeping: Promise<void>;
  /** Milliseconds before the last pause, and since when it runs again. */
  before: number;
  since: number | null;
  release: () => void;
};

/** A crash costs no more than this, in milliseconds. */
const PIECE = 1000;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", "audio/webm"];

export function useMicrophone(user: number): Microphone {
  const [state, setState] = useState<Microphone["state"]>("idle");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [elapsedMs, setElapsed] = useState(0);
  const session = useRef<Session | null>(null);

  const begin = useCallback(async () => {
    setTrouble(null);
    setElapsed(0);
    if (typeof MediaRecorder === "undefined" || !navigator.mediaDevices?.getUserMedia) {
      setTrouble("unsupported");
      return;
    }
    setState("asking");
    try {
      session.current = await opened(user, () => setTrouble("full"));
      setState("recording");
    } catch (error) {
      setTrouble(troubleOf(error));
      setState("idle");
    }
  }, [user]);

  const pause = useCallback(() => {
    const now = session.current;
    if (now?.recorder.state !== "recording") return;
    now.recorder.pause();
    now.before = lengthOf(now);
    now.since = null;
    setState("paused");
  }, []);

  const goOn = useCallback(() => {
    const now = session.current;
    if (now?.recorder.state !== "paused") return;
    now.recorder.resume();
    now.since = performance.now();
    setState("recording");
  }, []);

  const end = useCallback(async () => {
    const now = session.current;
    if (!now) return null;
    setState("stopping");
    await closed(now);
    session.current = null;
    setState("idle");
    return now.pieces > 0 ? now.spoken : null;
  }, []);

  useEffect(() => {
    if (state !== "recording") return;
    const ticking = window.setInterval(() => {
      if (session.current) setElapsed(lengthOf(session.current));
    }, 200);
    return () => window.clearInterval(ticking);
  }, [state]);

  useEffect(() => {
    if (state === "idle") return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [state]);

  // Who leaves the page keeps what was said so far.
  useEffect(
    () => () => {
      if (session.current) void closed(session.current);
      session.current = null;
    },
    [],
  );

  const level = useCallback(() => (session.current ? loudness(session.current.analyser) : 0), []);
  return { state, trouble, elapsedMs, begin, pause, goOn, end, level };
}

async function opened(user: number, onFull: () => void): Promise<Session> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
  const recorder = new MediaRecorder(stream, kind ? { mimeType: kind, audioBitsPerSecond: 64_000 } : {});
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const spoken: Spoken = {
    id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`,
    user,
    begunAt: Date.now(),
    durationMs: 0,
    mediaType: recorder.mimeType || kind,
    size: 0,
  };
  const now: Session = {
    stream,
    recorder,
    context,
    analyser,
    spoken,
    pieces: 0,
    keeping: Promise.resolve(),
    before: 0,
    since: performance.now(),
    release: () => undefined,
  };
  void navigator.locks?.request(
    lockOf(spoken.id),
    () =>
      new Promise<void>((resolve) => {
        now.release = resolve;
      }),
  );
  recorder.ondataavailable = ({ data }) => {
    if (data.size === 0) return;
    spoken.size += data.size;
    spoken.durationMs = Math.round(lengthOf(now));
    const kept = { ...spoken };
    const at = now.pieces++;
    now.keeping = now.keeping.then(() => keepPiece(kept, at, data)).catch(onFull);
  };
  recorder.start(PIECE);
  return now;
}

async function closed(now: Session): Promise<void> {
  if (now.since !== null) now.before = lengthOf(now);
  now.since = null;
  if (now.recorder.state !== "inactive") {
    const stopped = new Promise((resolve) => now.recorder.addEventListener("stop", resolve, { once: true }));
    now.recorder.stop();
    await stopped;
  }
  await now.keeping;
  for (const track of now.stream.getTracks()) track.stop();
  await now.context.close();
  now.release();
}

function lengthOf(now: Session): number {
  return now.before + (now.since === null ? 0 : performance.now() - now.since);
}

/** The strength of the last 1,024 samples on a scale that ears agree with: −60 dB is 0, full scale is 1. */
function loudness(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return name === "NotReadableError" ? "busy" : "unsupported";
}
