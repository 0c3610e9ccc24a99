/** A recording and its words: asked for, followed while they are made, and corrected with a way back. */
import { useLingui } from "@lingui/react/macro";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { JobView, LinesView, LineView, MediaChange, MediaDetails, SpeakerView } from "@/api/schema";
import { say, sayError } from "@/kit/toasts";

export const recordingQuery = (id: number) =>
  queryOptions({
    queryKey: ["media", id],
    queryFn: async ({ signal }): Promise<MediaDetails> =>
      dataOf(await client.GET("/api/media/{media_id}", { params: { path: { media_id: id } }, signal })),
  });

export const linesQuery = (id: number) =>
  queryOptions({
    queryKey: ["media", id, "lines"],
    queryFn: async ({ signal }): Promise<LineView[]> => {
      const params = { path: { media_id: id } };
      const found: LinesView = dataOf(await client.GET("/api/media/{media_id}/lines", { params, signal }));
      return found.lines;
    },
    staleTime: 5 * 60_000,
  });

/** The loudest of each of as many equal spans, 0 to 255; none where there is no waveform. */
export function usePeaks(media: MediaDetails): Uint8Array | undefined {
  const url = media.files.find((file) => file.role === "waveform")?.url;
  return useQuery({
    queryKey: ["media", media.id, "waveform", url],
    queryFn: async ({ signal }) => {
      const answer = await fetch(`${url}?redirect=false`, { signal });
      if (!answer.ok) throw new Error(`The waveform cannot be fetched (${answer.status}).`);
      return new Uint8Array(await answer.arrayBuffer());
    },
    enabled: url !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
}

const OVER = new Set(["completed", "duplicate", "failed", "cancelled"]);

export function isOver(job: { state: string } | null | undefined): boolean {
  return !job || OVER.has(job.state);
}

/** The work on a recording as it goes; with every step that ends, what it made is asked for. */
export function useWork(media: MediaDetails | undefined): JobView | undefined {
  const queries = useQueryClient();
  const jobId = media?.job?.id;
  const mediaId = media?.id;
  const isGoing = media ? !isOver(media.job) : false;
  const [told, setTold] = useState<JobView>();
  useEffect(() => {
    if (!isGoing || jobId === undefined || mediaId === undefined) return undefined;
    // The browser connects again by itself, and says what it heard last.
    setTold(undefined);
    const events = new EventSource(`/api/jobs/events?job=${jobId}`);
    let done = -1;
    events.addEventListener("job", (event: MessageEvent<string>) => {
      const job = JSON.parse(event.data) as JobView;
      setTold(job);
      if (job.timings.length === done && !isOver(job)) return;
      done = job.timings.length;
      void queries.invalidateQueries({ queryKey: ["media", mediaId] });
    });
    return () => events.close();
  }, [jobId, mediaId, isGoing, queries]);
  return told && told.id === jobId ? told : undefined;
}

/** The last work that was done on a recording, with what each step took. */
export function useJob(id: number | undefined) {
  return useQuery({
    queryKey: ["jobs", id],
    queryFn: async ({ signal }): Promise<JobView> =>
      dataOf(await client.GET("/api/jobs/{job_id}", { params: { path: { job_id: id ?? 0 } }, signal })),
    enabled: id !== undefined,
  });
}

/** What people correct in a recording; every one says how to take it back. */
export function useCorrections(media: MediaDetails) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { t } = useLingui();
  const { queryKey } = recordingQuery(media.id);
  const lines = linesQuery(media.id).queryKey;
  const params = { path: { media_id: media.id } };

  /** Lists show titles and tags, and other recordings may know a voice now. */
  function refreshOthers(): void {
    void queries.invalidateQueries({ queryKey: ["archive"] });
    void queries.invalidateQueries({
      predicate: ({ queryKey: [first, second] }) => first === "media" && second !== media.id,
    });
  }

  async function tell(body: MediaChange): Promise<void> {
    const changed = dataOf(await client.PATCH("/api/media/{media_id}", { params, body }));
    queries.setQueryData(queryKey, changed);
    refreshOthers();
  }

  /** Shown at once, told, said; taken back when it is refused or undone. */
  async function change(
    body: MediaChange,
    shown: Partial<MediaDetails>,
    undo: MediaChange,
    news: string,
  ): Promise<void> {
    const before = queries.getQueryData(queryKey);
    await queries.cancelQueries({ queryKey, exact: true });
    if (before) queries.setQueryData(queryKey, { ...before, ...shown });
    try {
      await tell(body);
    } catch (error) {
      queries.setQueryData(queryKey, before);
      sayError(error);
      return;
    }
    say(news, { action: { label: t`Undo`, run: () => void tell(undo).catch(sayError) } });
  }

  /** What lines say from now on; null: what was heard. */
  async function write(texts: ReadonlyMap<number, string | null>): Promise<void> {
    await queries.cancelQueries({ queryKey: lines });
    const before = queries.getQueryData(lines);
    queries.setQueryData(lines, (now) => now?.map((line) => corrected(line, texts.get(line.start_ms))));
    try {
      await tell({ lines: Array.from(texts, ([start_ms, text]) => ({ start_ms, text })) });
    } catch (error) {
      queries.setQueryData(lines, before);
      throw error;
    }
    // The work that follows asks for the lines, and may have done so just before.
    await queries.invalidateQueries({ queryKey: lines });
  }

  async function correct(changes: readonly { line: LineView; text: string | null }[]): Promise<void> {
    const undo = () =>
      write(new Map(changes.map(({ line }) => [line.start_ms, line.heard === null ? null : line.text])));
    try {
      await write(new Map(changes.map(({ line, text }) => [line.start_ms, text])));
    } catch (error) {
      sayError(error);
      return;
    }
    say(t`Corrected. What was heard is kept beside it.`, {
      action: { label: t`Undo`, run: () => void undo().catch(sayError) },
    });
  }

  return {
    correct,
    rename(title: string): Promise<void> {
      const undo = { title: media.own_title };
      return change({ title }, { title }, undo, t`It is called “${title}” now`);
    },
    /** Put a tag on, or take one off; the others stay whose they are. */
    async retag(name: string, isOn: boolean): Promise<void> {
      const tell = async (on: boolean) => {
        const others = media.all_tags.filter((tag) => tag.name !== name);
        const all_tags = on ? [...others, { name, by: "person" as const }] : others;
        const tags = all_tags.map((tag) => tag.name);
        queries.setQueryData(queryKey, (now) => now && { ...now, tags, all_tags });
        const body = { ids: [media.id], add: on ? [name] : [], remove: on ? [] : [name] };
        await client.POST("/api/media/tags", { body });
        refreshOthers();
        await queries.invalidateQueries({ queryKey, exact: true });
      };
      const before = queries.getQueryData(queryKey);
      try {
        await tell(isOn);
      } catch (error) {
        queries.setQueryData(queryKey, before);
        sayError(error);
        return;
      }
      const news = isOn ? t`Tagged “${name}”` : t`“${name}” is taken off`;
      say(news, { action: { label: t`Undo`, run: () => void tell(!isOn).catch(sayError) } });
    },
    nameSpeaker(speaker: SpeakerView, name: string | null): Promise<void> {
      const speakers = media.speakers.map((one) =>
        one.number === speaker.number ? { ...one, name, named_by: "person" as const } : one,
      );
      const body = { speakers: [{ number: speaker.number, name }] };
      const undo = { speakers: [{ number: speaker.number, name: speaker.name }] };
      const news = name
        ? t`This voice is ${name}, here and wherever it speaks`
        : t`This voice has no name now`;
      return change(body, { speakers }, undo, news);
    },
    /** Into the trash, from which the news brings it back. */
    async remove(): Promise<void> {
      try {
        await client.DELETE("/api/media/{media_id}", { params });
      } catch (error) {
        sayError(error);
        return;
      }
      const restore = async () => {
        const path = { trashed_id: media.id };
        await client.POST("/api/media/{trashed_id}/restore", { params: { path } });
        refreshOthers();
        await navigate({ to: "/archive/$id", params: { id: String(media.id) } });
      };
      await navigate({ to: "/archive" });
      queries.removeQueries({ queryKey });
      refreshOthers();
      say(t`“${media.title}” is in the trash`, {
        action: { label: t`Undo`, run: () => void restore().catch(sayError) },
      });
    },
  };
}

/** A line as it is when it says something else; null: what was heard holds again. */
function corrected(line: LineView, text: string | null | undefined): LineView {
  if (text === undefined) return line;
  const heard = line.heard ?? line.text;
  return text === null || text === heard ? { ...line, text: heard, heard: null } : { ...line, text, heard };
}
