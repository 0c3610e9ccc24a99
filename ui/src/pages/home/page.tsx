/** Home: what to turn to next and why, what goes on, what waits, and what is new in the archive. */
import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { client, dataOf } from "@/api/client";
import type { Home as HomePage, LaterRow, RowOfTitles } from "@/api/schema";
import { ShelfSkeleton, useNear } from "@/kit/shelf";
import { Failed } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { Moments, Recordings } from "./archive";
import { Catalogue } from "./catalogue";
import { Doors } from "./doors";
import { Greeting } from "./greeting";
import { Hero, HeroSkeleton } from "./hero";
import { homeQuery } from "./queries";
import { Row } from "./rows";
import { ToRate } from "./to-rate";

export default function Home() {
  const { t } = useLingui();
  useTitle(t`Home`);
  const home = useQuery(homeQuery);
  return (
    <div className="mx-auto flex max-w-[100rem] flex-col gap-10 lg:gap-12">
      <Greeting home={home.data} />
      {home.data ? (
        <Rows home={home.data} />
      ) : home.error ? (
        <Failed error={home.error} onRetry={() => void home.refetch()} />
      ) : (
        <>
          <HeroSkeleton />
          <ShelfSkeleton />
          <ShelfSkeleton />
        </>
      )}
    </div>
  );
}

function Rows({ home }: { home: HomePage }) {
  const [best, ...rest] = home.rows.filter((row) => row.name !== "to-rate");
  const toRate = home.rows.find((row) => row.name === "to-rate");
  const hero = best?.list_id != null ? best.cards.find((card) => !card.item.standing?.is_hidden) : undefined;
  const hasSomething = toRate !== undefined || home.rows.some((row) => row.list_id != null);
  return (
    <>
      {!hasSomething && <Catalogue />}
      {toRate && <ToRate row={toRate} />}
      {/* With nobody's history here yet, there is nothing to rate and nothing to recommend: the doors are all there is. */}
      {(home.is_new || home.rows.length === 0) && <Doors />}
      {hero && best?.list_id != null && (
        <Hero card={hero} listId={best.list_id} isForYou={best.name === "for-you"} />
      )}
      {best && <Row row={best} without={hero?.item.id} />}
      {rest.slice(0, 3).map((row) => (
        <Row key={keyOf(row)} row={row} />
      ))}
      <Moments moments={home.moments} />
      <Recordings recordings={home.recordings} />
      {rest.slice(3).map((row) => (
        <Row key={keyOf(row)} row={row} />
      ))}
      <Later names={home.later} exclude={home.rows.flatMap((row) => row.cards.map((card) => card.item.id))} />
    </>
  );
}

function keyOf(row: RowOfTitles): string {
  return `${row.name}:${row.about?.id ?? ""}`;
}

/** Rows that come by themselves, since they cost more: one after the other, so that no title is in two. */
function Later({
  names: [name, ...rest],
  exclude,
}: {
  names: HomePage["later"];
  exclude: readonly number[];
}) {
  const place = useRef<HTMLDivElement>(null);
  // Worked out when somebody comes near: at the first paint the server has better things to do.
  const isNear = useNear(place);
  const later = useQuery({
    queryKey: ["home", "later", name],
    enabled: name !== undefined && isNear,
    queryFn: async ({ signal }): Promise<LaterRow> => {
      if (name === undefined) return { row: null };
      const params = { path: { name }, query: { exclude: [...exclude] } };
      return dataOf(await client.GET("/api/home/rows/{name}", { params, signal }));
    },
    staleTime: 10 * 60_000,
  });
  if (name === undefined) return null;
  if (later.isPending) {
    return (
      <div ref={place}>
        <ShelfSkeleton />
      </div>
    );
  }
  const row = later.data?.row;
  const shown = row?.cards.map((card) => card.item.id) ?? [];
  return (
    <>
      {row && <Row row={row} />}
      <Later names={rest} exclude={[...exclude, ...shown]} />
    </>
  );
}
