/** The files that were chosen, and how far each is. Kept beside the page: who leaves it and comes back finds them as they are. */
import { useSyncExternalStore } from "react";
import { ApiProblem } from "@/api/client";
import { queryClient } from "@/api/queries";
import type { ImportView, PreviewView } from "@/api/schema";
import { type Options, send } from "./sending";

/** Something that only the person can tell. */
export type Question = { option: "source" | "profile" | "date_order"; choices: readonly string[] };

export type Chosen = {
  id: number;
  file: File;
  /** waiting and looking: the preview is to come; asked: it needs an answer; sending: on its way to be imported. */
  state: "waiting" | "looking" | "asked" | "ready" | "sending" | "refused";
  /** How much of the file has gone to the server, 0 to 1. */
  share: number;
  options: Options;
  question?: Question;
  preview?: PreviewView;
  problem?: unknown;
};

/** Looking into large files takes memory and a core: one after the other, two at most. */
const AT_ONCE = 2;

let chosen: readonly Chosen[] = [];
let next = 1;
const watchers = new Set<() => void>();
const aborting = new Map<number, AbortController>();

function change(to: readonly Chosen[]): void {
  chosen = to;
  for (const watcher of watchers) watcher();
}

function set(id: number, changes: Partial<Chosen>): void {
  change(chosen.map((one) => (one.id === id ? { ...one, ...changes } : one)));
}

export function useChosen(): readonly Chosen[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => chosen,
  );
}

/** Take files over and look into each; the same file twice is taken once. */
export function choose(files: Iterable<File>): void {
  const fresh = [...files].filter(
    (file) =>
      !chosen.some(
        ({ file: there }) =>
          there.name === file.name && there.size === file.size && there.lastModified === file.lastModified,
      ),
  );
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  change([
    ...chosen,
    ...fresh.map<Chosen>((file) => ({ id: next++, file, state: "waiting", share: 0, options: { timezone } })),
  ]);
  go();
}

/** Say what only the person can tell, and look again. */
export function answer(id: number, option: Question["option"], value: string): void {
  const one = chosen.find((other) => other.id === id);
  if (!one) return;
  const { rows: _, ...options } = one.options;
  set(id, { state: "waiting", share: 0, options: { ...options, [option]: value } });
  go();
}

export function lookAgain(id: number): void {
  set(id, { state: "waiting", share: 0 });
  go();
}

export function takeAway(id: number): void {
  aborting.get(id)?.abort();
  change(chosen.filter((one) => one.id !== id));
  go();
}

/** Import a file; it leaves the chosen ones once the server has it, and stands among the imports from then on. */
export async function begin(id: number): Promise<ImportView | undefined> {
  const one = chosen.find((other) => other.id === id);
  if (one?.state !== "ready" || !one.preview) return undefined;
  const rows = one.preview.rows > 0 ? { rows: String(one.preview.rows) } : {};
  set(id, { state: "sending", share: 0 });
  try {
    const begun = await sent<ImportView>(id, "/api/imports", { ...one.options, ...rows });
    change(chosen.filter((other) => other.id !== id));
    await queryClient.invalidateQueries({ queryKey: ["imports"] });
    return begun;
  } catch (problem) {
    if (!isAborted(problem)) set(id, { state: "refused", problem });
    return undefined;
  }
}

function sent<T>(id: number, path: "/api/imports" | "/api/previews", options: Options): Promise<T> {
  const one = chosen.find((other) => other.id === id);
  if (!one) return Promise.reject(new DOMException("It was taken away.", "AbortError"));
  const controller = new AbortController();
  aborting.set(id, controller);
  return send<T>(path, one.file, options, (share) => set(id, { share }), controller.signal).finally(() =>
    aborting.delete(id),
  );
}

function go(): void {
  const busy = chosen.filter((one) => one.state === "looking").length;
  for (const one of chosen.filter((other) => other.state === "waiting").slice(0, AT_ONCE - busy)) {
    set(one.id, { state: "looking" });
    void look(one).finally(go);
  }
}

async function look({ id, options }: Chosen): Promise<void> {
  try {
    const preview = await sent<PreviewView>(id, "/api/previews", options);
    set(id, { state: "ready", preview });
  } catch (problem) {
    if (isAborted(problem)) return;
    const question = questionOf(problem);
    set(id, question ? { state: "asked", question, problem } : { state: "refused", problem });
  }
}

function questionOf(problem: unknown): Question | undefined {
  if (!(problem instanceof ApiProblem)) return undefined;
  const { option, choices } = problem.problem;
  if (option !== "source" && option !== "profile" && option !== "date_order") return undefined;
  return choices ? { option, choices } : undefined;
}

function isAborted(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}
