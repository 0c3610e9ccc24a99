/** The kinds of items: their icons, and their names in one and in many. */

import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  BookOpen,
  Clapperboard,
  Headphones,
  type LucideIcon,
  MonitorPlay,
  PlaySquare,
  Tv,
} from "lucide-react";
import type { ItemView } from "@/api/schema";

export type Kind = ItemView["kind"];

export const KIND_ICONS: Record<Kind, LucideIcon> = {
  film: Clapperboard,
  show: Tv,
  episode: MonitorPlay,
  video: PlaySquare,
  book: BookOpen,
  audio: Headphones,
};

export const KIND_NAMES: Record<Kind, MessageDescriptor> = {
  film: msg`Film`,
  show: msg`Show`,
  episode: msg`Episode`,
  video: msg`Video`,
  book: msg`Book`,
  audio: msg`Audio`,
};

export const KIND_PLURALS: Record<Kind, MessageDescriptor> = {
  film: msg`Films`,
  show: msg`Shows`,
  episode: msg`Episodes`,
  video: msg`Videos`,
  book: msg`Books`,
  audio: msg`Audio`,
};
