/** A library without a catalogue has nothing to recommend: who looks after it is offered the one that comes along. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LibraryBig } from "lucide-react";
import { useEffect } from "react";
import { client, dataOf } from "@/api/client";
import { useMe } from "@/api/session";
import { Button } from "@/kit/button";
import { sayError } from "@/kit/toasts";
import { number } from "@/kit/words";
import { homeQuery } from "./queries";

/** More than the starter catalogue holds. */
const ALL = 10_000;

export function Catalogue() {
  return useMe().role === "admin" && <Offer />;
}

function Offer() {
  const { t } = useLingui();
  const queries = useQueryClient();
  const starter = useQuery({
    queryKey: ["home", "starter"],
    queryFn: async ({ signal }) => {
      const { items } = dataOf(await client.GET("/api/sources", { signal }));
      return items.find((one) => one.name === "starter") ?? null;
    },
    refetchInterval: ({ state }) =>
      state.data?.state === "running" || state.data?.state === "waiting" ? 2000 : false,
  });
  const fill = useMutation({
    mutationFn: () => client.POST("/api/syncs", { body: { source: "starter", limit: ALL } }),
    onSuccess: () => starter.refetch(),
    onError: sayError,
  });
  const source = starter.data;
  const isComing = source?.state === "running" || source?.state === "waiting";
  const isHere = source != null && !isComing && source.works > 0;
  useEffect(() => {
    if (isHere) void queries.invalidateQueries({ queryKey: homeQuery.queryKey, exact: true });
  }, [isHere, queries]);
  if (!source || isHere) return null;
  return (
    <section
      aria-label={t`The catalogue`}
      className="flex flex-wrap items-center gap-x-6 gap-y-4 rounded-2xl border border-line bg-surface p-5 shadow-card"
    >
      <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-accent-soft text-accent">
        <LibraryBig aria-hidden className="size-5" />
      </span>
      <div className="min-w-0 grow basis-72">
        <h2 className="text-lg font-semibold">
          <Trans>Nothing can be recommended yet</Trans>
        </h2>
        <p className="text-sm text-muted" aria-live="polite">
          {isComing ? (
            <Trans>The starter catalogue is coming in: {number(source.works)} works so far.</Trans>
          ) : source.state === "failed" ? (
            <Trans>The starter catalogue did not come in; try once more.</Trans>
          ) : (
            <Trans>
              The catalogue is empty. One of well-known films, shows and books comes along; it takes a minute,
              and needs no network.
            </Trans>
          )}
        </p>
      </div>
      <Button look="primary" disabled={isComing || fill.isPending} onClick={() => fill.mutate()}>
        <Trans>Fill the catalogue</Trans>
      </Button>
    </section>
  );
}
