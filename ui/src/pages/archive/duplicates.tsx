/** Pairs of recordings that sound alike: both can be heard, one key says whether they are the same, another takes it back. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { CopyCheck, Equal, EqualNot, Undo2 } from "lucide-react";
import { useRef, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { PairView } from "@/api/schema";
import { Button } from "@/kit/button";
import { Keys } from "@/kit/keys";
import { useShortcuts } from "@/kit/shortcuts";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { say, sayError } from "@/kit/toasts";
import { duration, percent } from "@/kit/words";
import { PairSide, type Player } from "./pair-side";
import { Places } from "./places";
import { pairsQuery } from "./queries";

export default function Duplicates() {
  const { t } = useLingui();
  useTitle(t`Duplicates`);
  const pairs = useQuery(pairsQuery);
  const [pair] = pairs.data?.items ?? [];
  const count = pairs.data?.items.length ?? 0;
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-5">
      <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 className="text-3xl font-semibold sm:text-4xl">
            <Trans>Duplicates</Trans>
          </h1>
          <p className="mt-1.5 min-h-5 text-sm text-muted" aria-live="polite">
            {count > 0 && (
              <Plural value={count} one="# pair waits for your ears" other="# pairs wait for your ears" />
            )}
          </p>
        </div>
        <Places />
      </header>
      {pairs.isPending ? (
        <Skeleton className="h-96 rounded-3xl" />
      ) : pairs.isError && !pairs.data ? (
        <Failed error={pairs.error} onRetry={() => void pairs.refetch()} />
      ) : pair ? (
        <Question key={pair.id} pair={pair} />
      ) : (
        <>
          <Empty icon={<CopyCheck />} title={t`No two alike`}>
            <Trans>
              Where two recordings sound as if they might be the same, you are asked here. What is surely the
              same is never kept twice.
            </Trans>
          </Empty>
          <UndoLast />
        </>
      )}
    </div>
  );
}

/** The answers of this visit, the latest last, to be taken back one by one. */
const answersQuery = queryOptions({
  queryKey: ["archive-answers"],
  queryFn: (): readonly number[] => [],
  initialData: [],
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

function useAnswers() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const { data: answered } = useQuery(answersQuery);
  const note = (change: (before: readonly number[]) => readonly number[]) =>
    queries.setQueryData(answersQuery.queryKey, (before) => change(before ?? []));

  async function takeBack(id: number): Promise<void> {
    try {
      await client.DELETE("/api/media/duplicates/{pair_id}/answer", { params: { path: { pair_id: id } } });
      note((before) => before.filter((one) => one !== id));
    } catch (error) {
      sayError(error);
    }
    await queries.invalidateQueries({ queryKey: ["archive"] });
  }

  async function answer(pair: PairView, is: "same" | "different", keep: number | null): Promise<void> {
    const before = queries.getQueryData(pairsQuery.queryKey);
    await queries.cancelQueries(pairsQuery);
    queries.setQueryData(
      pairsQuery.queryKey,
      (now) => now && { ...now, items: now.items.filter((one) => one.id !== pair.id) },
    );
    try {
      const body = { answer: is, ...(keep === null ? {} : { keep }) };
      dataOf(
        await client.POST("/api/media/duplicates/{pair_id}", {
          params: { path: { pair_id: pair.id } },
          body,
        }),
      );
    } catch (error) {
      queries.setQueryData(pairsQuery.queryKey, before);
      sayError(error);
      return;
    }
    note((before) => [...before, pair.id]);
    void queries.invalidateQueries({ queryKey: ["archive"] });
    const gone = keep === pair.later.id ? pair.earlier : pair.later;
    const news = is === "same" ? t`“${gone.title}” is in the trash` : t`Both stay`;
    say(news, { action: { label: t`Undo`, run: () => void takeBack(pair.id) } });
  }

  const takeLastBack = () => {
    const id = answered.at(-1);
    if (id === undefined) say(t`There is no answer to take back.`);
    else void takeBack(id);
  };
  return { answer, answered, takeLastBack };
}

function UndoLast() {
  const { t } = useLingui();
  const { answered, takeLastBack } = useAnswers();
  useShortcuts([{ keys: "u", name: t`Take the last answer back`, run: takeLastBack }]);
  if (answered.length === 0) return null;
  return (
    <Button onClick={takeLastBack} className="self-center">
      <Undo2 aria-hidden />
      <Trans>Take the last answer back</Trans>
      <Keys of="U" />
    </Button>
  );
}

function Question({ pair }: { pair: PairView }) {
  const { t } = useLingui();
  const { answer, takeLastBack } = useAnswers();
  const [keep, setKeep] = useState(pair.earlier.id);
  const players = useRef<{ earlier: Player | null; later: Player | null }>({ earlier: null, later: null });
  const play = (which: "earlier" | "later") => {
    players.current[which === "earlier" ? "later" : "earlier"]?.pause();
    players.current[which]?.toggle();
  };
  useShortcuts([
    { keys: "1", name: t`Play or pause the first`, run: () => play("earlier") },
    { keys: "2", name: t`Play or pause the second`, run: () => play("later") },
    { keys: "ArrowLeft", name: t`Keep the first`, run: () => setKeep(pair.earlier.id) },
    { keys: "ArrowRight", name: t`Keep the second`, run: () => setKeep(pair.later.id) },
    { keys: "s", name: t`They are the same`, run: () => void answer(pair, "same", keep) },
    { keys: "d", name: t`They are different`, run: () => void answer(pair, "different", null) },
    { keys: "u", name: t`Take the last answer back`, run: takeLastBack },
  ]);
  // 0.45 is what two recordings differ by that have nothing in common.
  const likeness = Math.max(0, 1 - pair.bit_error_rate / 0.45);
  const side = (which: "earlier" | "later") => (
    <PairSide
      media={pair[which]}
      keys={which === "earlier" ? "1" : "2"}
      label={which === "earlier" ? t`Was here first` : t`Came later`}
      isKept={keep === pair[which].id}
      onKeep={() => setKeep(pair[which].id)}
      onPlay={() => players.current[which === "earlier" ? "later" : "earlier"]?.pause()}
      ref={(player) => {
        players.current[which] = player;
      }}
    />
  );
  return (
    <section aria-label={t`Are these the same?`} className="flex flex-col gap-4">
      <p className="text-muted">
        <Trans>
          They share {duration(pair.shared_ms / 1000)} and sound {percent(likeness)} alike there. Listen to
          both, then say whether they are the same recording.
        </Trans>
      </p>
      <fieldset className="grid min-w-0 gap-3 md:grid-cols-2">
        <legend className="sr-only">{t`Which stays if they are the same`}</legend>
        {side("earlier")}
        {side("later")}
      </fieldset>
      <div className="flex flex-wrap justify-center gap-2 md:sticky md:bottom-20 lg:bottom-6">
        <Button
          look="primary"
          size="large"
          onClick={() => void answer(pair, "same", keep)}
          className="max-sm:grow"
        >
          <Equal aria-hidden />
          <Trans>The same</Trans>
          <Keys of="S" className="max-sm:hidden" />
        </Button>
        <Button size="large" onClick={() => void answer(pair, "different", null)} className="max-sm:grow">
          <EqualNot aria-hidden />
          <Trans>Different</Trans>
          <Keys of="D" className="max-sm:hidden" />
        </Button>
        <Button size="large" look="quiet" onClick={takeLastBack} className="max-sm:hidden">
          <Undo2 aria-hidden />
          <Trans>Undo</Trans>
          <Keys of="U" />
        </Button>
      </div>
    </section>
  );
}
