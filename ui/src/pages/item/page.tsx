/** One title: what it is and who says so, where the person met it, what it belongs to, and what speaks of it. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookX } from "lucide-react";
import { ApiProblem, client, dataOf } from "@/api/client";
import type { About } from "@/api/schema";
import { Button } from "@/kit/button";
import { ItemCard } from "@/kit/item-card";
import { Shelf, ShelfSkeleton } from "@/kit/shelf";
import { Empty, Failed, Skeleton } from "@/kit/states";
import { useTitle } from "@/kit/title";
import { Why } from "@/kit/why";
import { ItemHeader } from "./header";
import { Kin } from "./kin";
import { Matches } from "./matches";
import { Met } from "./met";
import { Moments } from "./moments";
import { People } from "./people";
import { aboutQuery, matchesQuery, metQuery, momentsQuery } from "./queries";
import { itemRoute } from "./routes";
import { Said } from "./said";

export default function Item() {
  const { t } = useLingui();
  const { id } = itemRoute.useParams();
  const about = useQuery(aboutQuery(Number(id)));
  // All of the page comes at once: what came later would push the rest down.
  const rest = useQueries({
    queries: [metQuery(Number(id)), momentsQuery(Number(id)), matchesQuery(Number(id))],
  });
  useTitle(about.data?.item.title ?? t`A title`);
  if (about.error instanceof ApiProblem && [404, 422].includes(about.error.status)) return <Gone />;
  if (about.error)
    return <Failed error={about.error} onRetry={() => void about.refetch()} className="my-16" />;
  if (!about.data || rest.some((one) => one.isPending)) return <Loading />;
  // Another title is another page: nothing of the last one is left open.
  return <Whole key={about.data.item.id} about={about.data} />;
}

function Whole({ about }: { about: About }) {
  const { item } = about;
  return (
    <div className="mx-auto flex max-w-[100rem] flex-col gap-12">
      <ItemHeader about={about} />
      <div className="grid gap-x-12 gap-y-10 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-10">
          <Moments item={item} />
          <Met item={item} />
        </div>
        <div className="flex min-w-0 flex-col gap-10">
          <People people={about.people} />
          <Matches item={item} />
        </div>
      </div>
      <Kin about={about} />
      <Similar about={about} />
      <Said fields={about.fields} />
    </div>
  );
}

function Similar({ about: { item } }: { about: About }) {
  const { t } = useLingui();
  const similar = useQuery({
    queryKey: ["item", item.id, "similar"],
    queryFn: async ({ signal }) => {
      const params = { path: { item_id: item.id }, query: { n: 16 } };
      return dataOf(await client.GET("/api/recommendations/similar/{item_id}", { params, signal }));
    },
    staleTime: 10 * 60_000,
  });
  if (similar.error) return <Failed error={similar.error} onRetry={() => void similar.refetch()} />;
  if (!similar.data) return <ShelfSkeleton />;
  const { id, items } = similar.data;
  if (items.length === 0) return null;
  return (
    <Shelf heading={t`Much like it`}>
      {items.map((one) => (
        <ItemCard
          key={one.item.id}
          item={one.item}
          note={shortened(one.because)}
          extra={<Why listId={id} item={one.item} />}
        />
      ))}
    </Shelf>
  );

  /** "Like Arrival: also by …" stands on the page of Arrival. */
  function shortened(because: string): string {
    const start = `Like ${item.title}: `;
    if (!because.startsWith(start)) return because;
    const rest = because.slice(start.length);
    return rest.charAt(0).toLocaleUpperCase() + rest.slice(1);
  }
}

function Gone() {
  const { t } = useLingui();
  return (
    <Empty
      icon={<BookX />}
      title={t`There is no such title in your library`}
      action={
        <Button asChild look="primary">
          <Link to="/library">
            <Trans>To the library</Trans>
          </Link>
        </Button>
      }
    >
      <Trans>It may have become part of another one, or the import that brought it was undone.</Trans>
    </Empty>
  );
}

function Loading() {
  return (
    <div aria-hidden className="mx-auto flex max-w-[100rem] flex-col gap-12">
      <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-5 sm:grid-cols-[13rem_minmax(0,1fr)] sm:gap-10 lg:grid-cols-[16rem_minmax(0,1fr)]">
        <Skeleton className="aspect-2/3 rounded-card" />
        <div className="flex flex-col gap-4 pt-4">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-12 w-3/4" />
          <Skeleton className="h-4 w-64 max-w-full" />
          <Skeleton className="hidden h-24 max-w-2xl sm:block" />
          <Skeleton className="hidden h-10 w-80 sm:block" />
        </div>
      </div>
      <ShelfSkeleton />
    </div>
  );
}
