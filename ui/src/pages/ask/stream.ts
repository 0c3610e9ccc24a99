/** One question on its way: the server's events as they come, kept here so that a change of page loses nothing. */
import { useSyncExternalStore } from "react";
import { ApiProblem, csrfHeaders, problemOf, Unreachable } from "@/api/client";
import type { ChatFilters, CitationView, SentenceView, ThreadView } from "@/api/schema";

/** What may be cited, as it is announced before the answer. */
export type Source = Pick<
  CitationView,
  "kind" | "title" | "media_id" | "item_id" | "start_ms" | "end_ms" | "speaker"
>;

export type Turn = {
  /** Each is another one. */
  number: number;
  question: string;
  filters: ChatFilters | undefined;
  /** The conversation; none until the server names it. */
  threadId: number | undefined;
  state: "asking" | "done" | "stopped" | "failed";
  /** What is looked for: the question with what was said before. */
  query: string | undefined;
  sources: readonly Source[];
  sentences: readonly SentenceView[];
  /** Of an answer that is whole. */
  done: { is_found: boolean; text: string; made_by: string; message_id: number } | undefined;
  error: Error | undefined;
};

let turn: Turn | undefined;
let abort: AbortController | undefined;
const watchers = new Set<() => void>();

function change(changes: Partial<Turn>): void {
  if (!turn) return;
  turn = { ...turn, ...changes };
  for (const watcher of watchers) watcher();
}

/** The question that is being answered, or was last. */
export function useTurn(): Turn | undefined {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => turn,
  );
}

export type Asked = { question: string; threadId?: number | undefined; filters?: ChatFilters | undefined };

/** Ask; `onThread` hears which conversation it belongs to as soon as there is one, and the promise ends with the answer. */
export async function ask(asked: Asked, onThread: (thread: ThreadView) => void): Promise<void> {
  abort?.abort();
  const mine = new AbortController();
  abort = mine;
  turn = {
    number: (turn?.number ?? 0) + 1,
    question: asked.question,
    filters: asked.filters,
    threadId: asked.threadId,
    state: "asking",
    query: undefined,
    sources: [],
    sentences: [],
    done: undefined,
    error: undefined,
  };
  change({});
  try {
    for await (const { name, data } of events(asked, mine.signal)) {
      if (mine !== abort) return;
      take(name, data, onThread);
    }
    if (mine === abort && turn.state === "asking") change({ state: "failed", error: new Unreachable() });
  } catch (error) {
    if (mine !== abort || mine.signal.aborted) return;
    change({ state: "failed", error: error instanceof Error ? error : new Error(String(error)) });
  }
}

/** End the work on the question; what was said so far stays, here and in the conversation. */
export function stop(): void {
  abort?.abort();
  change({ state: "stopped" });
}

/** Forget the turn: the conversation has it, or nobody wants it any more. */
export function forget(): void {
  if (turn?.state === "asking") abort?.abort();
  turn = undefined;
  for (const watcher of watchers) watcher();
}

function take(name: string, data: unknown, onThread: (thread: ThreadView) => void): void {
  if (name === "thread") {
    const thread = data as ThreadView;
    change({ threadId: thread.id });
    onThread(thread);
  } else if (name === "searching") {
    change({ query: (data as { query: string }).query });
  } else if (name === "sources") {
    change({ sources: (data as { sources: Source[] }).sources });
  } else if (name === "sentence") {
    change({ sentences: [...(turn?.sentences ?? []), data as SentenceView] });
  } else if (name === "done") {
    change({ state: "done", done: data as NonNullable<Turn["done"]> });
  } else if (name === "problem") {
    change({ state: "failed", error: new Error((data as { detail: string }).detail) });
  }
}

type Told = { name: string; data: unknown };

/** The events of an answer. EventSource can only GET, so the stream is read by hand. */
async function* events(asked: Asked, signal: AbortSignal): AsyncGenerator<Told> {
  const body = JSON.stringify({
    question: asked.question,
    ...(asked.threadId === undefined ? {} : { thread_id: asked.threadId }),
    ...(asked.filters ? { filters: asked.filters } : {}),
  });
  const headers = { "Content-Type": "application/json", Accept: "text/event-stream", ...csrfHeaders() };
  let answer: Response;
  try {
    answer = await fetch("/api/chat", { method: "POST", body, headers, signal, credentials: "same-origin" });
  } catch (error) {
    throw signal.aborted ? error : new Unreachable();
  }
  if (!answer.ok) throw new ApiProblem(answer.status, await problemOf(answer));
  if (!answer.body) throw new Unreachable();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    let piece: ReadableStreamReadResult<string>;
    try {
      piece = await reader.read();
    } catch (error) {
      throw signal.aborted ? error : new Unreachable();
    }
    if (piece.done) return;
    const blocks = (text + piece.value).split(/\r?\n\r?\n/);
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const told = read(block);
      if (told) yield told;
    }
  }
}

/** An event of a stream (WHATWG HTML, 9.2); undefined: a comment, as a sign of life. */
export function read(block: string): Told | undefined {
  let name = "message";
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length > 0 ? { name, data: JSON.parse(data.join("\n")) } : undefined;
}
