/** Keys of the whole page: who listens for which, so that `?` can list them. */
import { useEffect, useRef, useSyncExternalStore } from "react";

export type Shortcut = {
  /** "g h" for one after the other, "Ctrl+K" for together, else one key as KeyboardEvent.key has it. */
  keys: string;
  /** What it does, in words. */
  name: string;
  run: (event: KeyboardEvent) => void;
  /** Of what stands around every page: a page may have the same keys for something of its own. */
  isGeneral?: boolean;
};

let listening: readonly Shortcut[] = [];
const watchers = new Set<() => void>();
let begun = "";
let begunAt = 0;
/** Between two keys of a sequence, in milliseconds. */
const PATIENCE = 1200;

function change(to: readonly Shortcut[]): void {
  listening = to;
  for (const watcher of watchers) watcher();
}

/** Listen for shortcuts as long as the component is there. `run` may change without listening anew. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const signature = shortcuts.map((one) => `${one.keys}\n${one.name}`).join("\n\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `signature` stands for the shortcuts but their functions
  useEffect(() => {
    const mine = latest.current.map((one, at) => ({
      ...one,
      run: (event: KeyboardEvent) => latest.current[at]?.run(event),
    }));
    change([...listening, ...mine]);
    return () => change(listening.filter((one) => !mine.includes(one)));
  }, [signature]);
}

/** Every shortcut that is listened for now. */
export function useListening(): readonly Shortcut[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => listening,
  );
}

/** Whether keys are for a field, and not for the page. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && ["checkbox", "radio", "range", "button"].includes(target.type))
  );
}

/** Who listens for keys: a page before what stands around it, whichever came first; else the newest. */
export function heard(keys: string): Shortcut | undefined {
  const those = listening.filter((one) => one.keys === keys);
  return those.findLast((one) => !one.isGeneral) ?? those.at(-1);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const together = event.ctrlKey || event.metaKey;
  if (event.altKey || (isTyping(event.target) && !together)) return;
  // In a dialog only its own keys count.
  const isOver =
    document.querySelector('[role="dialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;
  if (isOver && !together) return;
  const key = together ? `Ctrl+${event.key.toUpperCase()}` : event.key;
  const sequence = event.timeStamp - begunAt < PATIENCE && begun ? `${begun} ${key}` : key;
  const match = heard(sequence) ?? heard(key);
  begun = "";
  if (match) {
    event.preventDefault();
    match.run(event);
    return;
  }
  if (!together && listening.some((one) => one.keys.startsWith(`${key} `))) {
    begun = key;
    begunAt = event.timeStamp;
  }
}

window.addEventListener("keydown", onKeyDown);
