/** "Why this?": what a recommendation's score is made of, as it was kept when it was shown, and what connects it with you. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Sparkles, Waypoints } from "lucide-react";
import { type ReactElement, useState } from "react";
import { client, dataOf } from "@/api/client";
import type { SharedContributionView } from "@/api/schema";
import { useMe } from "@/api/session";
import { Popover } from "./overlay";
import { Failed, Skeleton } from "./states";
import { number, percent } from "./words";

type WhyProps = {
  /** The list that showed it, and the title. */
  listId: number;
  item: { id: number; title: string };
  /** What opens it; else a small button. */
  trigger?: ReactElement;
};

export function Why({ listId, item, trigger }: WhyProps) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      label={t`Why ${item.title}?`}
      open={isOpen}
      onOpenChange={setOpen}
      className="w-96"
      trigger={
        trigger ?? (
          <button
            type="button"
            className="inline-flex items-center gap-1.5 self-start rounded-md py-1 text-xs font-medium text-muted hover:text-accent"
          >
            <Sparkles aria-hidden className="size-3.5" />
            <Trans>Why this?</Trans>
            <span className="sr-only">{item.title}</span>
          </button>
        )
      }
    >
      {isOpen && <Told listId={listId} item={item} />}
    </Popover>
  );
}

function Told({ listId, item }: Pick<WhyProps, "listId" | "item">) {
  const me = useMe();
  const why = useQuery({
    queryKey: ["why", listId, item.id],
    queryFn: async ({ signal }) => {
      const params = { path: { list_id: listId }, query: { item: item.id, paths: true } };
      return dataOf(await client.GET("/api/recommendations/{list_id}/why", { params, signal }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (why.error)
    return <Failed error={why.error} onRetry={() => void why.refetch()} className="border-0 p-0" />;
  const place = why.data?.items[0];
  if (!why.data || !place) {
    return (
      <div className="flex flex-col gap-3">
        <Skeleton className="h-5 w-4/5" />
        <Skeleton className="h-24" />
        <Skeleton className="h-12" />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="font-serif text-lg leading-snug">{place.because}</p>
      <Contributions of={place.contributions} />
      {place.paths && place.paths.length > 0 && (
        <section>
          <h3 className="text-xs font-semibold text-muted">
            <Trans>What connects you</Trans>
          </h3>
          <ul className="mt-1.5 flex flex-col gap-1.5">
            {place.paths.map((sentence) => (
              <li key={sentence} className="border-l-2 border-accent pl-3 leading-snug">
                {sentence}
              </li>
            ))}
          </ul>
          <Link
            to="/graph"
            search={{ mode: "path", node: `user:${me.id}`, to: `item:${item.id}` }}
            className="mt-2.5 inline-flex items-center gap-1.5 font-medium text-accent underline-offset-4 hover:underline"
          >
            <Waypoints aria-hidden className="size-4" />
            <Trans>See it in the graph</Trans>
          </Link>
        </section>
      )}
      {place.model && (
        <p className="text-xs text-muted">
          <Trans>
            With what people here like together: model {place.model.name}, version{" "}
            {number(place.model.version)}.
          </Trans>
        </p>
      )}
    </div>
  );
}

/** Of a long sum, what says most; the rest in one. */
const SHOWN = 5;

function Contributions({ of }: { of: readonly SharedContributionView[] }) {
  const { t } = useLingui();
  const named = useNamed();
  const sums = new Map<string, number>();
  for (const one of of) {
    const name = named(one);
    sums.set(name, (sums.get(name) ?? 0) + (one.share ?? 0));
  }
  const all = [...sums].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const rest = all.slice(SHOWN).reduce((sum, [, share]) => sum + share, 0);
  const shown = rest === 0 ? all : [...all.slice(0, SHOWN), [t`All the rest`, rest] as const];
  const most = Math.max(...shown.map(([, share]) => Math.abs(share)), 0.01);
  return (
    <section>
      <h3 className="text-xs font-semibold text-muted">
        <Trans>What speaks for it</Trans>
      </h3>
      <dl className="mt-2 grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1.5">
        {shown.map(([name, share]) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid items-center">
            <dt className="min-w-0">
              <span className="line-clamp-2 leading-snug">{name}</span>
              <span
                aria-hidden
                style={{ width: `${(Math.abs(share) / most) * 100}%` }}
                className={`mt-0.5 block h-1 min-w-1 rounded-full ${share < 0 ? "bg-bad" : "bg-accent"}`}
              />
            </dt>
            <dd className="tabular text-right text-muted">{percent(share)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What a part of a score is called by people. */
function useNamed(): (one: SharedContributionView) => string {
  const { t } = useLingui();
  return (one) => {
    const { title, name } = one;
    if (title) {
      if (name === "like") return t`It is like ${title}`;
      if (name === "liked with") return t`Who took to ${title} took to it`;
      if (name === "unlike") return t`Unlike ${title}`;
      return `${capital(name)} ${title}`;
    }
    const plain: Record<string, string> = {
      "others you like": t`Other titles that you like`,
      "people lately": t`More people than usual, lately`,
      "people who rate like you": t`People who rate like you`,
      "activity here": t`What is watched and read here`,
      "catalogue popularity": t`Popular everywhere`,
      ratings: t`Its ratings`,
      renown: t`Widely known`,
      "genres you choose": t`Genres you choose`,
      variety: t`Something other than the rest of the row`,
      "those of them who liked it less than most": t`Those of them who liked it less`,
      "the language you choose": t`The language you choose`,
      "after what was asked for": t`It only fills the row`,
    };
    return plain[name] ?? capital(name);
  };
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
