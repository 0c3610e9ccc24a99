/** What a title is in a few words: "Film", "2016", "1 hr 56 min", "Denis Villeneuve". */
import type { MessageDescriptor } from "@lingui/core";
import { plural } from "@lingui/core/macro";
import type { ItemView } from "@/api/schema";
import { KIND_NAMES } from "./kinds";
import { duration } from "./words";

export function factsOf(item: ItemView, t: (message: MessageDescriptor) => string): string[] {
  const length =
    item.runtime_minutes != null
      ? duration(item.runtime_minutes * 60)
      : item.pages != null
        ? plural(item.pages, { one: "# page", other: "# pages" })
        : undefined;
  const all = [
    t(KIND_NAMES[item.kind]),
    item.year == null ? undefined : String(item.year),
    length,
    maker(item),
  ];
  return all.filter((fact) => fact !== undefined);
}

/** Who a cover names: a film's director, a book's author. */
export function maker(item: Pick<ItemView, "credits" | "series_title">): string | undefined {
  const made = item.credits?.find((credit) =>
    ["director", "author", "creator", "channel"].includes(credit.role),
  );
  return made?.name ?? item.series_title ?? undefined;
}
