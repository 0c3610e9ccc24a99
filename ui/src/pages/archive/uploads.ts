/** Files on their way to the archive: in pieces, a few at once, gone on with after a cut, a pause or a reload. */
import { useSyncExternalStore } from "react";
import type { DetailedError, Upload as TusUpload } from "tus-js-client";
import { client, csrfHeaders, dataOf } from "@/api/client";
import { queryClient } from "@/api/queries";

/** What a person says of what they add. */
export type Wishes = {
  title?: string;
  language?: string;
  speakers?: number;
  keepsPicture?: boolean;
  tags?: readonly string[];
};

export type Sending = {
  id: number;
  name: string;
  size: number;
  sent: number;
  state: "waiting" | "sending" | "paused" | "offline" | "done" | "failed";
  /** Bytes in a second, of the last few. */
  speed: number | null;
  error: string | null;
  mediaId: number | null;
  /** It was there already: nothing was added. */
  isKnown: boolean;
  isRecording: boolean;
};

type Going = {
  file: Blob;
  /** By which what was begun is known again: on this device, of this person. */
  key: string;
  wishes: Wishes;
  tus: TusUpload | null;
  begunAt: number;
  marks: { at: number; sent: number }[];
  whenDone: ((mediaId: number) => void) | undefined;
};

const AT_ONCE = 3;
/** Each piece is acknowledged: so much is sent again at most. */
const PIECE = 8 << 20;
const PATIENCE = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
/** How long what has arrived stays on the list, in milliseconds. */
const SHOWN_FOR = 10_000;
/** Of how long ago the speed is told, in milliseconds. */
const SPEED_OF = 5000;

let sendings: readonly Sending[] = [];
let next = 1;
const goings = new Map<number, Going>();
const watchers = new Set<() => void>();

function change(id: number, changes: Partial<Sending>): void {
  show(sendings.map((one) => (one.id === id ? { ...one, ...changes } : one)));
}

function show(to: readonly Sending[]): void {
  sendings = to;
  for (const watcher of watchers) watcher();
}

export function useSendings(): readonly Sending[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => sendings,
  );
}

/** Send files; what was begun with the same file before a reload goes on where it broke off. */
export function sendFiles(files: readonly File[], user: number, wishes: Wishes): void {
  const fresh = files.map((file) => {
    const key = `${user}-${file.name}-${file.size}-${file.lastModified}`;
    return enter(file, file.name, key, wishes, false, undefined);
  });
  show([...sendings, ...fresh]);
  fill();
}

/** Send what was spoken into the microphone. */
export function sendRecording(
  sound: Blob,
  name: string,
  key: string,
  wishes: Wishes,
  whenDone: (mediaId: number) => void,
): void {
  show([...sendings, enter(sound, name, key, wishes, true, whenDone)]);
  fill();
}

function enter(
  file: Blob,
  name: string,
  key: string,
  wishes: Wishes,
  isRecording: boolean,
  whenDone: ((mediaId: number) => void) | undefined,
): Sending {
  const id = next++;
  goings.set(id, { file, key, wishes, tus: null, begunAt: 0, marks: [], whenDone });
  return {
    id,
    name,
    size: file.size,
    sent: 0,
    state: "waiting",
    speed: null,
    error: null,
    mediaId: null,
    isKnown: false,
    isRecording,
  };
}

/** Begin as many as may go at once. */
function fill(): void {
  const free = AT_ONCE - sendings.filter((one) => one.state === "sending").length;
  for (const one of sendings.filter((each) => each.state === "waiting").slice(0, Math.max(0, free))) {
    change(one.id, { state: "sending" });
    begin(one).catch((error: unknown) =>
      fail(one.id, String(error instanceof Error ? error.message : error)),
    );
  }
}

async function begin(one: Sending): Promise<void> {
  const going = goings.get(one.id);
  if (!going) return;
  going.begunAt = Date.now();
  going.marks = [];
  const tus = going.tus ?? (await upload(one, going));
  // Paused while the code was being fetched.
  if (stateOf(one.id) !== "sending") return;
  tus.start();
}

async function upload(one: Sending, going: Going): Promise<TusUpload> {
  const { Upload } = await import("tus-js-client");
  const tus = new Upload(going.file as File, {
    endpoint: "/api/uploads",
    chunkSize: PIECE,
    retryDelays: PATIENCE,
    metadata: metadataOf(one, going.wishes),
    removeFingerprintOnSuccess: true,
    fingerprint: () => Promise.resolve(going.key),
    onBeforeRequest: (request) => {
      for (const [name, value] of Object.entries(csrfHeaders())) request.setHeader(name, value);
    },
    onProgress: (sent) => progress(one.id, sent),
    onSuccess: ({ lastResponse }) => void finish(one.id, lastResponse.getHeader("Upload-Media")),
    onError: (error) => refuse(one.id, error),
  });
  const [before] = await tus.findPreviousUploads();
  if (before) tus.resumeFromPreviousUpload(before);
  going.tus = tus;
  return tus;
}

function metadataOf(one: Sending, wishes: Wishes): Record<string, string> {
  return {
    filename: one.name,
    ...(one.isRecording ? { origin: "recording" } : {}),
    ...(wishes.title ? { title: wishes.title } : {}),
    ...(wishes.language ? { language: wishes.language } : {}),
    ...(wishes.speakers ? { speaker_count: String(wishes.speakers) } : {}),
    ...(wishes.keepsPicture ? { wanted: "video" } : {}),
    ...(wishes.tags?.length ? { tags: wishes.tags.join(",") } : {}),
  };
}

function progress(id: number, sent: number): void {
  const going = goings.get(id);
  if (!going || stateOf(id) !== "sending") return;
  const now = Date.now();
  going.marks = [...going.marks.filter((mark) => now - mark.at < SPEED_OF), { at: now, sent }];
  const [first] = going.marks;
  const seconds = first ? (now - first.at) / 1000 : 0;
  change(id, { sent, speed: first && seconds > 0.5 ? (sent - first.sent) / seconds : null });
}

async function finish(id: number, where: string | undefined): Promise<void> {
  const going = goings.get(id);
  const mediaId = Number(where?.match(/\d+$/)?.[0] ?? Number.NaN);
  if (!going || Number.isNaN(mediaId)) {
    fail(id, "");
    return;
  }
  const { size } = sendings.find((one) => one.id === id) ?? { size: 0 };
  change(id, { state: "done", sent: size, speed: null, mediaId });
  goings.delete(id);
  fill();
  going.whenDone?.(mediaId);
  void queryClient.invalidateQueries({ queryKey: ["archive"] });
  const params = { path: { media_id: mediaId } };
  const media = dataOf(await client.GET("/api/media/{media_id}", { params }));
  const isKnown = new Date(media.added_at).getTime() < going.begunAt - 60_000;
  change(id, { isKnown });
  // The list below shows it by then, with the work on it; that it was there already is worth reading.
  if (!isKnown) window.setTimeout(() => forget(id), SHOWN_FOR);
}

function refuse(id: number, error: Error): void {
  const response = (error as Partial<DetailedError>).originalResponse;
  if (!response && !navigator.onLine) {
    change(id, { state: "offline", speed: null });
    return;
  }
  fail(id, detailOf(response?.getBody()));
}

function fail(id: number, error: string): void {
  change(id, { state: "failed", speed: null, error });
  fill();
}

/** What the server said of a refusal, in its words. */
function detailOf(body: string | undefined): string {
  try {
    return (JSON.parse(body ?? "") as { detail?: string }).detail ?? "";
  } catch {
    return "";
  }
}

function stateOf(id: number): Sending["state"] | undefined {
  return sendings.find((one) => one.id === id)?.state;
}

export function pause(id: number): void {
  void goings.get(id)?.tus?.abort();
  change(id, { state: "paused", speed: null });
  fill();
}

/** Go on with what was paused, failed or lost the network. */
export function resume(id: number): void {
  change(id, { state: "waiting", error: null });
  fill();
}

/** Give an upload up, also what of it has arrived. */
export function cancel(id: number): void {
  const going = goings.get(id);
  // A server that cannot be asked now forgets it by itself, after a week.
  void going?.tus?.abort(going.tus.url !== null).catch(() => undefined);
  goings.delete(id);
  forget(id);
  fill();
}

/** Take a line off the list; what it tells of is done or given up. */
export function forget(id: number): void {
  show(sendings.filter((one) => one.id !== id));
}

export function forgetDone(): void {
  show(sendings.filter((one) => one.state !== "done"));
}

window.addEventListener("online", () => {
  for (const one of sendings) if (one.state === "offline") resume(one.id);
});
window.addEventListener("beforeunload", (event) => {
  if (sendings.some((one) => one.state === "sending" || one.state === "waiting")) event.preventDefault();
});
