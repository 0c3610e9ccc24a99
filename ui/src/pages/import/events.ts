/** What was done with how many titles of which kinds, in words, as a preview and a report say it. */
import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import type { EventKind } from "@/api/schema";
import type { Kind } from "@/kit/kinds";
import { list } from "@/kit/words";

export const EVENT_NAMES: Record<EventKind, MessageDescriptor> = {
  watched: msg`Watched`,
  read: msg`Read`,
  listened: msg`Listened to`,
  started: msg`Started`,
  rated: msg`Rated`,
  liked: msg`Liked`,
  disliked: msg`Disliked`,
  saved: msg`Kept for later`,
  unsaved: msg`No longer kept`,
  hidden: msg`Hidden`,
  unhidden: msg`Shown again`,
  added: msg`Put on a list`,
  subscribed: msg`Subscribed`,
  searched: msg`Searched`,
  shown: msg`Shown`,
  clicked: msg`Opened`,
};

/** "812 episodes and 140 films" */
export function titlesIn(kinds: Readonly<Partial<Record<Kind, number>>>): string {
  return list(Object.entries(kinds).map(([kind, count]) => COUNTED[kind as Kind](count)));
}

const COUNTED: Record<Kind, (count: number) => string> = {
  film: (count) => plural(count, { one: "# film", other: "# films" }),
  show: (count) => plural(count, { one: "# show", other: "# shows" }),
  episode: (count) => plural(count, { one: "# episode", other: "# episodes" }),
  video: (count) => plural(count, { one: "# video", other: "# videos" }),
  book: (count) => plural(count, { one: "# book", other: "# books" }),
  audio: (count) => plural(count, { one: "# audio title", other: "# audio titles" }),
};
