/** The cover of a title, from all that a cover is drawn from: without its year, say, it would be another one. */
import type { ItemView } from "@/api/schema";
import { Cover } from "./cover";
import { maker } from "./item-facts";

type Drawn = Pick<ItemView, "title" | "kind" | "year" | "credits" | "series_title" | "image_url">;

export function ItemCover({ item, className }: { item: Drawn; className?: string | undefined }) {
  return (
    <Cover
      title={item.title}
      kind={item.kind}
      year={item.year}
      by={maker(item)}
      imageUrl={item.image_url}
      {...(className ? { className } : {})}
    />
  );
}
