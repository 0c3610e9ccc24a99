/** What was looked for on this device, by whoever is signed in. It never leaves the device. */
import { useCallback, useState } from "react";

const MOST = 8;

function read(key: string): string[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function useRecents(userId: number) {
  const key = `mediatheque.searches.${userId}`;
  const [recents, setRecents] = useState(() => read(key));
  const keep = useCallback(
    (queries: string[]) => {
      setRecents(queries);
      try {
        window.localStorage.setItem(key, JSON.stringify(queries));
      } catch {
        // A full or forbidden store: they last as long as the page.
      }
    },
    [key],
  );
  const add = useCallback(
    (query: string) => {
      const text = query.trim();
      if (text.length < 2) return;
      const before = read(key);
      // A query that was typed on is one query.
      const others = before.filter(
        (one) =>
          one.toLowerCase() !== text.toLowerCase() && !text.toLowerCase().startsWith(one.toLowerCase()),
      );
      keep([text, ...others].slice(0, MOST));
    },
    [key, keep],
  );
  return { recents, add, clear: () => keep([]) };
}
