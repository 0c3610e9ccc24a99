/** What a title belongs to: its series, what it was made from, what was made from it. */
import { Trans, useLingui } from "@lingui/react/macro";
import type { About } from "@/api/schema";
import { ItemCard } from "@/kit/item-card";
import { Shelf } from "@/kit/shelf";
import { number } from "@/kit/words";

export function Kin({ about: { item, kin, series } }: { about: About }) {
  const { t } = useLingui();
  // What was made from a book is mostly of its series, too: once is enough.
  const told = new Set([item.id, ...kin.map((one) => one.item.id)]);
  const others = series?.items.filter((place) => !told.has(place.item.id)) ?? [];
  const originals = kin.filter((one) => one.kind === "original");
  const adaptations = kin.filter((one) => one.kind === "adaptation");
  return (
    <>
      {kin.length > 0 && (
        <Shelf
          heading={
            originals.length === 0
              ? t`What was made from it`
              : adaptations.length === 0
                ? t`What it was made from`
                : t`Made from it, and what it was made from`
          }
        >
          {kin.map((one) => (
            <ItemCard
              key={one.item.id}
              item={one.item}
              note={one.kind === "original" ? <Trans>The original</Trans> : <Trans>An adaptation</Trans>}
            />
          ))}
        </Shelf>
      )}
      {series && others.length > 0 && (
        <Shelf heading={<Trans>More of {series.name}</Trans>}>
          {others.map(({ item: other, position }) => {
            const place = position == null ? "" : number(position);
            return (
              <ItemCard
                key={other.id}
                item={other}
                note={place ? <Trans>Part {place}</Trans> : other.genres.slice(0, 2).join(", ")}
              />
            );
          })}
        </Shelf>
      )}
    </>
  );
}
