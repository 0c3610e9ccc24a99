/** The services whose exports are read: what people call them, and what their export is. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { sourceName } from "./source-names";

export type Source = {
  /** A name, the same in every language. */
  name: string;
  /** What the export holds. */
  holds: MessageDescriptor;
};

const HELD: Readonly<Record<string, MessageDescriptor>> = {
  netflix: msg`viewing history`,
  youtube: msg`watch history`,
  letterboxd: msg`diary, ratings and watchlist`,
  goodreads: msg`library`,
  imdb: msg`ratings and watchlist`,
  storygraph: msg`library`,
  trakt: msg`history, ratings and lists`,
  mediatheque: msg`own export`,
};

export function sourceOf(importer: string): Source {
  return { name: sourceName(importer), holds: HELD[importer] ?? msg`export` };
}
