/** What is done to recordings, one or many: shown at once, taken back if the server refuses, undone from the news. */
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { client, dataOf } from "@/api/client";
import type { JobView, MediaView } from "@/api/schema";
import { say, sayError } from "@/kit/toasts";

type Pages = InfiniteData<{ items: MediaView[]; next: string | null }>;

export function useRecordingActions() {
  const { t } = useLingui();
  const queries = useQueryClient();

  const refresh = () => queries.invalidateQueries({ queryKey: ["archive"] });

  /** Change what the lists show, and return how to take that back. */
  function show(change: (media: MediaView) => MediaView | null): () => void {
    const before = queries.getQueriesData<Pages>({ queryKey: ["archive", "list"] });
    for (const [key, data] of before) {
      if (!data) continue;
      const pages = data.pages.map((page) => ({
        ...page,
        items: page.items.map(change).filter((media) => media !== null),
      }));
      queries.setQueryData(key, { ...data, pages });
    }
    return () => {
      for (const [key, data] of before) queries.setQueryData(key, data);
    };
  }

  async function remove(those: readonly MediaView[]): Promise<void> {
    const ids = those.map((media) => media.id);
    const gone = new Set(ids);
    await queries.cancelQueries({ queryKey: ["archive", "list"] });
    const takeBack = show((media) => (gone.has(media.id) ? null : media));
    try {
      for (const some of parts(ids)) await client.POST("/api/media/trash", { body: { ids: some } });
    } catch (error) {
      takeBack();
      sayError(error);
      return;
    }
    void refresh();
    const [first] = those;
    const news =
      those.length === 1 && first
        ? t`“${first.title}” is in the trash`
        : t`${plural(those.length, { one: "# recording is in the trash", other: "# recordings are in the trash" })}`;
    const undo = () => {
      takeBack();
      restore(ids, false).catch(sayError);
    };
    say(news, { action: { label: t`Undo`, run: undo } });
  }

  async function restore(ids: readonly number[], isSaid = true): Promise<void> {
    for (const some of parts(ids)) {
      const done = dataOf(await client.POST("/api/media/trash/restore", { body: { ids: some } }));
      for (const refused of done.refused) say(refused.detail, { isBad: true });
      const count = done.ids.length;
      if (isSaid && count > 0)
        say(t`${plural(count, { one: "# recording is back", other: "# recordings are back" })}`);
    }
    await refresh();
  }

  async function tag(
    those: readonly MediaView[],
    add: readonly string[],
    remove: readonly string[],
  ): Promise<void> {
    const ids = those.map((media) => media.id);
    const same = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();
    const takeBack = show((media) =>
      ids.includes(media.id)
        ? {
            ...media,
            tags: [
              ...add.filter((name) => !media.tags.some(same(name))),
              ...media.tags.filter((name) => !remove.some(same(name))),
            ],
          }
        : media,
    );
    try {
      for (const some of parts(ids))
        await client.POST("/api/media/tags", { body: { ids: some, add: [...add], remove: [...remove] } });
    } catch (error) {
      takeBack();
      sayError(error);
      return;
    }
    void refresh();
    const undo = async () => {
      takeBack();
      // Only those that lacked a tag lose it again, and only those that had one get it back.
      for (const name of add) {
        const lacking = those.filter((media) => !media.tags.some(same(name))).map((media) => media.id);
        for (const some of parts(lacking))
          await client.POST("/api/media/tags", { body: { ids: some, add: [], remove: [name] } });
      }
      for (const name of remove) {
        const having = those.filter((media) => media.tags.some(same(name))).map((media) => media.id);
        for (const some of parts(having))
          await client.POST("/api/media/tags", { body: { ids: some, add: [name], remove: [] } });
      }
      await refresh();
    };
    const count = those.length;
    say(
      t`${plural(count, { one: "The tags of # recording are changed", other: "The tags of # recordings are changed" })}`,
      {
        action: { label: t`Undo`, run: () => void undo().catch(sayError) },
      },
    );
  }

  async function retry(jobId: number): Promise<JobView | undefined> {
    try {
      const job = dataOf(
        await client.POST("/api/jobs/{job_id}/retry", { params: { path: { job_id: jobId } } }),
      );
      void refresh();
      return job;
    } catch (error) {
      sayError(error);
      return undefined;
    }
  }

  async function cancel(jobId: number): Promise<JobView | undefined> {
    try {
      const job = dataOf(
        await client.POST("/api/jobs/{job_id}/cancel", { params: { path: { job_id: jobId } } }),
      );
      void refresh();
      return job;
    } catch (error) {
      sayError(error);
      return undefined;
    }
  }

  return { remove, restore, tag, retry, cancel, refresh };
}

/** In parts that one request may name. */
function parts(ids: readonly number[]): number[][] {
  const most = 200;
  return Array.from({ length: Math.ceil(ids.length / most) }, (_, at) =>
    ids.slice(at * most, (at + 1) * most),
  );
}
