/** Conversations: listed, opened, named, and deleted with time to think again. */
import { useLingui } from "@lingui/react/macro";
import { infiniteQueryOptions, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { client, csrfHeaders, dataOf } from "@/api/client";
import type { ThreadMessages, ThreadView } from "@/api/schema";
import { say, sayError } from "@/kit/toasts";

export const threadsQuery = (words: string) =>
  infiniteQueryOptions({
    queryKey: ["threads", words],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        limit: 30,
        ...(words ? { query: words } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return dataOf(await client.GET("/api/threads", { params: { query }, signal }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const threadQuery = (id: number) =>
  queryOptions({
    queryKey: ["thread", id],
    queryFn: async ({ signal }): Promise<ThreadMessages> =>
      dataOf(await client.GET("/api/threads/{thread_id}", { params: { path: { thread_id: id } }, signal })),
  });

/** As long as the news with its "Undo" is there, and a little longer. */
const TIME_TO_THINK = 9000;
/** What is deleted as soon as nobody can undo it: the server knows no trash for conversations. */
let going: ReadonlyMap<number, number> = new Map();
const watchers = new Set<() => void>();

function change(to: ReadonlyMap<number, number>): void {
  going = to;
  for (const watcher of watchers) watcher();
}

/** Which conversations are on their way out. */
export function useGoing(): ReadonlyMap<number, number> {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => going,
  );
}

function stay(id: number): void {
  window.clearTimeout(going.get(id));
  change(new Map([...going].filter(([other]) => other !== id)));
}

async function deleteNow(id: number): Promise<void> {
  await client.DELETE("/api/threads/{thread_id}", { params: { path: { thread_id: id } } });
}

// Who leaves meant what they pressed.
window.addEventListener("pagehide", () => {
  for (const id of going.keys()) {
    const headers = csrfHeaders();
    void fetch(`/api/threads/${id}`, { method: "DELETE", headers, keepalive: true });
  }
});

export function useThreadActions() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ["threads"] });
  return {
    async rename(thread: Pick<ThreadView, "id" | "title">, title: string): Promise<void> {
      const params = { path: { thread_id: thread.id } };
      const tell = async (given: string) => {
        queries.setQueryData(threadQuery(thread.id).queryKey, (now) => now && { ...now, title: given });
        await client.PATCH("/api/threads/{thread_id}", { params, body: { title: given } });
        await refresh();
      };
      try {
        await tell(title);
      } catch (error) {
        queries.setQueryData(
          threadQuery(thread.id).queryKey,
          (now) => now && { ...now, title: thread.title },
        );
        sayError(error);
        return;
      }
      say(t`It is called “${title}” now`, {
        action: { label: t`Undo`, run: () => void tell(thread.title).catch(sayError) },
      });
    },
    remove(thread: Pick<ThreadView, "id" | "title">): void {
      const end = () => {
        deleteNow(thread.id)
          .catch(sayError)
          .finally(() => void refresh().then(() => stay(thread.id)));
      };
      change(new Map([...going, [thread.id, window.setTimeout(end, TIME_TO_THINK)]]));
      say(t`“${thread.title}” is deleted`, { action: { label: t`Undo`, run: () => stay(thread.id) } });
    },
  };
}
