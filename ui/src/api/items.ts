/** What people do with titles: shown at once, taken back if the server refuses, and undone from the news. */
import { useLingui } from "@lingui/react/macro";
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { say, sayError } from "@/kit/toasts";
import { number } from "@/kit/words";
import { client, dataOf } from "./client";
import type { ItemView, StandingView } from "./schema";

/** What a change needs to know of a title: its number, name and kind, and where the person stands with it. */
export type Standable = Pick<ItemView, "id" | "title" | "kind"> & {
  standing?: StandingView | null | undefined;
};

const NOTHING: StandingView = {
  is_seen: false,
  seen_count: 0,
  episodes_seen: 0,
  rating: null,
  is_saved: false,
  is_hidden: false,
  liking: 0,
  last_at: null,
};

/** What the person does with a kind of title. */
const DONE = {
  film: "watched",
  show: "watched",
  episode: "watched",
  video: "watched",
  book: "read",
  audio: "listened",
} as const;

/** Lists whose rows change when a standing does, though not at once: asked again when they are next looked at. */
const AFFECTED: readonly string[] = ["library", "home", "statistics", "item"];

export function useItemActions() {
  const queries = useQueryClient();
  const { t } = useLingui();

  /** Show a standing everywhere the title is shown, and return how to take that back. */
  function show(item: Standable, changes: Partial<StandingView>): () => void {
    const before: [QueryKey, unknown][] = [];
    for (const [key, data] of queries.getQueriesData({})) {
      const changed = withStanding(data, item.id, changes);
      if (changed === data) continue;
      before.push([key, data]);
      queries.setQueryData(key, changed);
    }
    return () => {
      for (const [key, data] of before) queries.setQueryData(key, data);
    };
  }

  async function change(
    item: Standable,
    changes: Partial<StandingView>,
    told: () => Promise<unknown>,
    news: string,
    undo: () => Promise<unknown>,
  ): Promise<void> {
    const was = item.standing ?? NOTHING;
    const takeBack = show(item, changes);
    try {
      await told();
    } catch (error) {
      takeBack();
      sayError(error);
      return;
    }
    for (const name of AFFECTED) void queries.invalidateQueries({ queryKey: [name], refetchType: "none" });
    say(news, {
      action: {
        label: t`Undo`,
        run: () => {
          show(item, was);
          undo().catch((error: unknown) => {
            show(item, { ...was, ...changes });
            sayError(error);
          });
        },
      },
    });
  }

  return {
    /** Rate a title in halves of 0.5 to 5; null takes the rating back. */
    rate(item: Standable, value: number | null): Promise<void> {
      const was = item.standing?.rating ?? null;
      if (value === was) return Promise.resolve();
      const news =
        value === null
          ? t`Your rating of “${item.title}” is gone`
          : t`You gave “${item.title}” ${number(value)} of 5 stars`;
      return change(
        item,
        { rating: value },
        () => tellRating(item.id, value),
        news,
        () => tellRating(item.id, was),
      );
    },

    /** Keep a title for later, or no longer. */
    save(item: Standable, isSaved: boolean): Promise<void> {
      const news = isSaved
        ? t`“${item.title}” is kept for later`
        : t`“${item.title}” is no longer kept for later`;
      return change(
        item,
        { is_saved: isSaved },
        () => tellSaved(item.id, isSaved),
        news,
        () => tellSaved(item.id, !isSaved),
      );
    },

    /** Never recommend a title again, or do. */
    hide(item: Standable, isHidden: boolean): Promise<void> {
      const news = isHidden ? t`“${item.title}” is hidden` : t`“${item.title}” is shown again`;
      return change(
        item,
        { is_hidden: isHidden },
        () => tellHidden(item.id, isHidden),
        news,
        () => tellHidden(item.id, !isHidden),
      );
    },

    /** Say that the person has just watched, read or heard it. */
    finish(item: Standable): Promise<void> {
      const count = (item.standing?.seen_count ?? 0) + 1;
      const news = {
        watched: t`“${item.title}” is watched`,
        read: t`“${item.title}” is read`,
        listened: t`“${item.title}” is listened to`,
      }[DONE[item.kind]];
      let event: number | undefined;
      const told = async () => {
        const body = { kind: DONE[item.kind], item_id: item.id };
        event = dataOf(await client.POST("/api/events", { body })).id;
      };
      const undo = async () => {
        if (event !== undefined)
          await client.DELETE("/api/events/{event_id}", { params: { path: { event_id: event } } });
      };
      return change(
        item,
        { is_seen: true, seen_count: count, last_at: new Date().toISOString() },
        told,
        news,
        undo,
      );
    },
  };
}

async function tellRating(id: number, value: number | null): Promise<void> {
  const params = { path: { item_id: id } };
  if (value === null) await client.DELETE("/api/ratings/{item_id}", { params });
  else await client.PUT("/api/ratings/{item_id}", { params, body: { value } });
}

async function tellSaved(id: number, isSaved: boolean): Promise<void> {
  const params = { path: { item_id: id } };
  if (isSaved) await client.PUT("/api/items/{item_id}/saved", { params });
  else await client.DELETE("/api/items/{item_id}/saved", { params });
}

async function tellHidden(id: number, isHidden: boolean): Promise<void> {
  const params = { path: { item_id: id } };
  if (isHidden) await client.PUT("/api/items/{item_id}/hidden", { params });
  else await client.DELETE("/api/items/{item_id}/hidden", { params });
}

/** Data with a title's standing changed wherever the title is in it; the same object where it is not. */
export function withStanding<T>(data: T, id: number, changes: Partial<StandingView>): T {
  if (Array.isArray(data)) {
    let isChanged = false;
    const mapped = data.map((part: unknown) => {
      const changed = withStanding(part, id, changes);
      isChanged ||= changed !== part;
      return changed;
    });
    return isChanged ? (mapped as T) : data;
  }
  if (data === null || typeof data !== "object") return data;
  const entries = data as Record<string, unknown>;
  if (entries.id === id && "standing" in entries && "title" in entries) {
    const standing = { ...NOTHING, ...(entries.standing as StandingView | null), ...changes };
    return { ...entries, standing } as T;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(entries)) {
    if (value === null || typeof value !== "object") continue;
    const changed = withStanding(value, id, changes);
    if (changed === value) continue;
    copy ??= { ...entries };
    copy[name] = changed;
  }
  return (copy ?? data) as T;
}
