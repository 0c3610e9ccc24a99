/** The questions one after the other: answered at once and saved behind, the next ones fetched before they are needed. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { ApiProblem, client, dataOf } from "@/api/client";
import type { ItemView, QuestionView } from "@/api/schema";
import { sayError } from "@/kit/toasts";

export type Answer = { is: "same"; item: ItemView } | { is: "new" } | { is: "skipped" };
export type Answered = { question: QuestionView; answer: Answer };

/** With fewer than so many left, the next page is asked for. */
const PREFETCH_AT = 8;
const PAGE = 20;
/** What an answer changes elsewhere: asked again when it is next looked at. */
const AFFECTED = ["library", "home", "statistics", "item", "imports"];

export function useReviewQueue() {
  const cache = useQueryClient();
  const [answered, setAnswered] = useState<readonly Answered[]>([]);
  // What is said of one question reaches the server in the order it was said.
  const saving = useRef(new Map<number, Promise<void>>());

  const pages = useInfiniteQuery({
    queryKey: ["review", "queue"],
    queryFn: async ({ pageParam, signal }) =>
      dataOf(
        await client.GET("/api/review", {
          params: { query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    // What was answered here is left out here; asked anew only when the page is opened anew.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

  const queue = useMemo(() => {
    const gone = new Set(answered.map(({ question }) => question.id));
    return (pages.data?.pages ?? []).flatMap((page) => page.items).filter((one) => !gone.has(one.id));
  }, [pages.data, answered]);

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (queue.length < PREFETCH_AT && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [queue.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  function behind(id: number, work: () => Promise<unknown>): Promise<void> {
    const before = saving.current.get(id) ?? Promise.resolve();
    const next = before.then(work).then(() => {
      for (const name of AFFECTED) void cache.invalidateQueries({ queryKey: [name], refetchType: "none" });
    });
    saving.current.set(
      id,
      next.catch(() => undefined),
    );
    return next;
  }

  function bringBack(question: QuestionView): void {
    setAnswered((now) => now.filter((one) => one.question.id !== question.id));
  }

  function answer(question: QuestionView, said: Answer): void {
    setAnswered((now) => [
      ...now.filter((one) => one.question.id !== question.id),
      { question, answer: said },
    ]);
    if (said.is === "skipped") return;
    behind(question.id, () => tell(question.id, said.is === "same" ? said.item.id : null)).catch(
      (error: unknown) => {
        // Answered elsewhere meanwhile: there is nothing left to ask.
        if (error instanceof ApiProblem && error.status === 404) return;
        bringBack(question);
        sayError(error);
      },
    );
  }

  function undo(): Answered | undefined {
    const last = answered.at(-1);
    if (!last) return undefined;
    bringBack(last.question);
    if (last.answer.is !== "skipped") {
      behind(last.question.id, () => takeBack(last.question.id)).catch((error: unknown) => {
        setAnswered((now) => [...now, last]);
        sayError(error);
      });
    }
    return last;
  }

  return {
    pages,
    queue,
    answered,
    /** How many there were when the page was opened. */
    total: Math.max(pages.data?.pages[0]?.open ?? 0, answered.length + queue.length),
    answer,
    undo,
    /** Ask again what was skipped. */
    askSkipped: () => setAnswered((now) => now.filter((one) => one.answer.is !== "skipped")),
  };
}

async function tell(id: number, item: number | null): Promise<void> {
  const params = { path: { question_id: id } };
  await client.PUT("/api/review/{question_id}/answer", { params, body: { item_id: item } });
}

async function takeBack(id: number): Promise<void> {
  await client.DELETE("/api/review/{question_id}/answer", { params: { path: { question_id: id } } });
}
