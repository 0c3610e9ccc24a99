/** Questions to begin with, made of what is really there: titles that are spoken of, words that are said, and one's own history. */
import { useLingui } from "@lingui/react/macro";
import { useQueries, useQuery } from "@tanstack/react-query";
import { ArrowUpRight } from "lucide-react";
import { client, dataOf } from "@/api/client";
import type { MediaDetails } from "@/api/schema";
import { Skeleton } from "@/kit/states";

/** So many recordings are looked into. */
const LOOKED_INTO = 4;
const SHOWN = 4;

type Suggested = { question: string; from: string };

export function Suggestions({
  media,
  onAsk,
}: {
  media: number | undefined;
  onAsk: (question: string) => void;
}) {
  const { t } = useLingui();
  const { suggested, isLoading } = useSuggested(media);
  if (isLoading) {
    return (
      <div aria-busy className="grid gap-2.5 sm:grid-cols-2">
        {[0, 1, 2, 3].map((at) => (
          <Skeleton key={at} className="h-[4.5rem] rounded-2xl" />
        ))}
      </div>
    );
  }
  if (suggested.length === 0) return null;
  return (
    <ul aria-label={t`Questions to begin with`} className="grid gap-2.5 sm:grid-cols-2">
      {suggested.map(({ question, from }) => (
        <li key={question}>
          <button
            type="button"
            onClick={() => onAsk(question)}
            className="group/suggested flex h-full w-full items-start justify-between gap-3 rounded-2xl border border-line bg-surface p-4 text-left transition-colors hover:border-strong-line"
          >
            <span className="min-w-0">
              <span className="block leading-6 font-medium text-pretty">{question}</span>
              <span className="mt-0.5 block truncate text-xs text-muted">{from}</span>
            </span>
            <ArrowUpRight
              aria-hidden
              className="mt-1 size-4 shrink-0 text-muted transition-transform group-hover/suggested:-translate-y-0.5 group-hover/suggested:translate-x-0.5 group-hover/suggested:text-accent"
            />
          </button>
        </li>
      ))}
    </ul>
  );
}

function useSuggested(media: number | undefined): { suggested: readonly Suggested[]; isLoading: boolean } {
  const { t } = useLingui();
  const listed = useQuery({
    queryKey: ["media", "latest", LOOKED_INTO],
    queryFn: async ({ signal }) => {
      const query = { limit: LOOKED_INTO, state: ["completed" as const] };
      return dataOf(await client.GET("/api/media", { params: { query }, signal })).items;
    },
    enabled: media === undefined,
  });
  const ids = media === undefined ? (listed.data ?? []).map((one) => one.id) : [media];
  const details = useQueries({
    queries: ids.map((id) => ({
      queryKey: ["media", id],
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<MediaDetails> =>
        dataOf(await client.GET("/api/media/{media_id}", { params: { path: { media_id: id } }, signal })),
    })),
  });
  const rated = useQuery({
    queryKey: ["ratings", "latest"],
    queryFn: async ({ signal }) =>
      dataOf(await client.GET("/api/ratings", { params: { query: { limit: 1 } }, signal })).items,
    enabled: media === undefined,
  });
  const perRecording = details.flatMap(({ data }) => {
    if (!data) return [];
    // What people tagged need not be said; what was found in the words was.
    const said = data.all_tags.flatMap(({ name, by }) => (by === "machine" ? [name] : []));
    const about = [...data.works.map(({ title }) => title), ...said];
    return [about.map((one) => ({ question: t`What is said about ${one}?`, from: data.title }))];
  });
  const own = (rated.data ?? []).map(({ item: { title } }) => ({
    question: t`How did I rate ${title}?`,
    from: t`Your history`,
  }));
  // One of each recording in turn, so that the newest does not fill the page.
  const suggested: Suggested[] = [];
  const longest = Math.max(0, ...perRecording.map((those) => those.length));
  for (let round = 0; round < longest; round++) {
    for (const those of perRecording) {
      const one = those[round];
      if (one && !suggested.some(({ question }) => question === one.question)) suggested.push(one);
    }
  }
  const isLoading = listed.isLoading || rated.isLoading || details.some((one) => one.isLoading);
  return { suggested: [...suggested.slice(0, SHOWN - own.length), ...own], isLoading };
}
