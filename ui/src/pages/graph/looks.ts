/** How the kinds of things look: their colour, icon and names. */

import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  AudioLines,
  BookMarked,
  Clapperboard,
  Layers,
  type LucideIcon,
  Quote,
  Tag,
  Tags,
  UserRound,
  UsersRound,
} from "lucide-react";
import type { ThingView } from "@/api/schema";

export type NodeKind = ThingView["kind"];

type Look = {
  hue: string;
  icon: LucideIcon;
  /** Of many, and of one. */
  name: MessageDescriptor;
  one: MessageDescriptor;
};

export const LOOKS: Record<NodeKind, Look> = {
  item: { hue: "--hue-1", icon: Clapperboard, name: msg`Titles`, one: msg`Title` },
  person: { hue: "--hue-2", icon: UserRound, name: msg`People`, one: msg`Person` },
  genre: { hue: "--hue-3", icon: Tags, name: msg`Genres`, one: msg`Genre` },
  series: { hue: "--hue-4", icon: BookMarked, name: msg`Series`, one: msg`Series` },
  season: { hue: "--hue-4", icon: Layers, name: msg`Seasons`, one: msg`Season` },
  tag: { hue: "--hue-5", icon: Tag, name: msg`Tags`, one: msg`Tag` },
  voice: { hue: "--hue-6", icon: AudioLines, name: msg`Voices`, one: msg`Voice` },
  passage: { hue: "--hue-6", icon: Quote, name: msg`Passages`, one: msg`Passage` },
  user: { hue: "--hue-7", icon: UsersRound, name: msg`Readers and viewers`, one: msg`Reader and viewer` },
};

/** A token's colour as it is now, for what is drawn without CSS. */
export function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}
