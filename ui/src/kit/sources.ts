/** The services whose exports are read: what people call them, and what their export is. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export type Source = {
  /** A name, the same in every language. */
  name: string;
  /** What the export holds. */
  holds: MessageDescriptor;
};

const SOURCES: Readonly<Record<string, Source>> = {
  netflix: { name: "Netflix", holds: msg`viewing history` },
  youtube: { name: "YouTube", holds: msg`watch history` },
  letterboxd: { name: "Letterboxd", holds: msg`diary, ratings and watchlist` },
  goodreads: { name: "Goodreads", holds: msg`library` },
  imdb: { name: "IMDb", holds: msg`ratings and watchlist` },
  storygraph: { name: "StoryGraph", holds: msg`library` },
  trakt: { name: "Trakt", holds: msg`history, ratings and lists` },
  mediatheque: { name: "Mediatheque", holds: msg`own export` },
};

export function sourceOf(importer: string): Source {
  return SOURCES[importer] ?? { name: importer, holds: msg`export` };
}
