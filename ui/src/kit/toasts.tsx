/** Short news at the edge, with the way back: say(…) from anywhere, <Toasts /> once beside the page. */
import { lazy, Suspense, useSyncExternalStore } from "react";

export type News = {
  id: number;
  text: string;
  isBad: boolean;
  /** The button beside it; mostly "Undo". */
  action: { label: string; run: () => void } | undefined;
};

let news: readonly News[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(to: readonly News[]): void {
  news = to;
  for (const listener of listeners) listener();
}

/** Show a line for some seconds; the newest three stay. */
export function say(text: string, given: { isBad?: boolean; action?: News["action"] } = {}): void {
  change([...news, { id: next++, text, isBad: given.isBad ?? false, action: given.action }].slice(-3));
}

/** Show what went wrong, in the words of the error. */
export function sayError(error: unknown): void {
  say(error instanceof Error ? error.message : String(error), { isBad: true });
}

/** The news that are not to be shown any more. */
export function forget(id: number): void {
  change(news.filter((other) => other.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Nothing is news on the first page, which is lighter without what shows it.
const Viewport = lazy(() => import("./toast-viewport"));

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => news);
  // Once there, it stays: what has been closed fades out.
  const wasNeeded = next > 1;
  return <Suspense>{wasNeeded && <Viewport shown={shown} />}</Suspense>;
}
