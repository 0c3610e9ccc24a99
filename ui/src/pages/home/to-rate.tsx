/** For a new person: some titles to rate. What they do not know makes room for another. */
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { useState } from "react";
import { client, dataOf } from "@/api/client";
import { useItemActions } from "@/api/items";
import type { ItemView, RowOfTitles } from "@/api/schema";
import { Button } from "@/kit/button";
import { ItemCover } from "@/kit/item-cover";
import { Rating } from "@/kit/rating";
import { Shelf } from "@/kit/shelf";

/** From so many ratings on lists are one's own. */
const ENOUGH = 5;

export function ToRate({ row }: { row: RowOfTitles }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const { rate } = useItemActions();
  const [unknown, setUnknown] = useState<readonly number[]>([]);
  const first = row.cards.map((card) => card.item);
  const others = useQuery({
    queryKey: ["onboarding", unknown],
    enabled: unknown.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const query = { n: first.length + unknown.length, unknown: [...unknown] };
      return dataOf(await client.GET("/api/recommendations/onboarding", { params: { query }, signal })).items;
    },
  });
  const shown = replaced(first, others.data ?? [], unknown);
  const rated = shown.filter((item) => item.standing?.rating != null).length;
  return (
    <Shelf
      heading={t`Which of these do you know?`}
      note={
        rated < ENOUGH ? (
          <Plural
            value={ENOUGH - rated}
            one="Give stars to # more, and this page begins to know you"
            other="Give stars to # of them, and this page begins to know you"
          />
        ) : (
          <Trans>That is enough to begin with; more makes it better</Trans>
        )
      }
      action={
        rated >= ENOUGH && (
          <Button
            look="primary"
            size="small"
            onClick={() => void queries.invalidateQueries({ queryKey: ["home"] })}
          >
            <Sparkles aria-hidden />
            <Trans>Show what is for me</Trans>
          </Button>
        )
      }
    >
      {shown.map((item) => (
        <article key={item.id} className="flex flex-col items-center gap-2">
          <ItemCover item={item} className="w-full" />
          <Rating
            title={item.title}
            value={item.standing?.rating}
            onChange={(value) => void rate(item, value)}
            className="text-2xl"
          />
          <Button
            look="quiet"
            size="small"
            className="text-muted"
            onClick={() => setUnknown([...unknown, item.id])}
          >
            <Trans>Do not know it</Trans>
            <span className="sr-only">{item.title}</span>
          </Button>
        </article>
      ))}
    </Shelf>
  );
}

/** The first titles, each unknown one replaced by another where it stood. */
function replaced(
  first: readonly ItemView[],
  others: readonly ItemView[],
  unknown: readonly number[],
): ItemView[] {
  const gone = new Set(unknown);
  const there = new Set(first.map((item) => item.id));
  const fresh = others.filter((item) => !there.has(item.id) && !gone.has(item.id));
  return first.flatMap((item) => {
    if (!gone.has(item.id)) return [item];
    const next = fresh.shift();
    return next ? [next] : [];
  });
}
