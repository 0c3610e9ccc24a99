/** The types of connections in words; one that is new to the page is shown by its own name. */

import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export const TYPES: Readonly<Record<string, MessageDescriptor>> = {
  ACTED_IN: msg`Played by`,
  ADAPTED_FROM: msg`Made from`,
  CREATED_BY: msg`Created by`,
  DIRECTED_BY: msg`Directed by`,
  HAS_GENRE: msg`Genre`,
  HAS_TAG: msg`Tag`,
  LIKE_MINDED: msg`Like-minded`,
  LIKES: msg`Liked`,
  LISTENED: msg`Listened to`,
  MENTIONED_IN: msg`Mentioned in`,
  NARRATED_BY: msg`Read aloud by`,
  PART_OF: msg`Part of`,
  PUBLISHED_BY: msg`Published by`,
  RATED: msg`Rated`,
  READ: msg`Read`,
  SAVED: msg`Kept for later`,
  SIMILAR: msg`Similar`,
  SPEAKS_IN: msg`Speaks in`,
  WATCHED: msg`Watched`,
  WRITTEN_BY: msg`Written by`,
};

export function typeName(type: string, t: (message: MessageDescriptor) => string): string {
  const message = TYPES[type];
  return message ? t(message) : type.toLowerCase().replaceAll("_", " ");
}
