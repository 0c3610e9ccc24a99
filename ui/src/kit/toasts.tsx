/** Short news at the edge, with the way back: say(…) from anywhere, <Toasts /> once in the shell. */
import { useLingui } from "@lingui/react/macro";
import { Undo2, X } from "lucide-react";
import { Toast } from "radix-ui";
import { useSyncExternalStore } from "react";
import { IconButton } from "./button";
import { cn } from "./classes";

type News = {
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

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const { t } = useLingui();
  const shown = useSyncExternalStore(subscribe, () => news);
  return (
    <Toast.Provider label={t`News`} swipeDirection="down">
      {shown.map((one) => (
        <Toast.Root
          key={one.id}
          duration={one.action ? 8000 : 5000}
          type={one.isBad ? "foreground" : "background"}
          onOpenChange={(open) => !open && change(news.filter((other) => other.id !== one.id))}
          className={cn(
            "appear flex items-center gap-2 rounded-2xl bg-ink py-2 pr-2 pl-4 text-sm text-paper shadow-high",
            one.isBad && "border-l-4 border-bad",
          )}
        >
          <Toast.Description className="grow py-1.5">{one.text}</Toast.Description>
          {one.action && (
            <Toast.Action asChild altText={one.action.label}>
              <button
                type="button"
                onClick={one.action.run}
                className="inline-flex items-center gap-1.5 rounded-lg px-2.5 py-1.5 font-semibold text-paper underline-offset-4 hover:underline focus-visible:outline-paper"
              >
                <Undo2 aria-hidden className="size-4" />
                {one.action.label}
              </button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <IconButton
              label={t`Close`}
              size="small"
              className="text-paper hover:bg-white/15 dark:hover:bg-black/15"
            >
              <X />
            </IconButton>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-0 bottom-16 z-70 flex w-full max-w-md flex-col gap-2 p-3 outline-none lg:bottom-0" />
    </Toast.Provider>
  );
}
