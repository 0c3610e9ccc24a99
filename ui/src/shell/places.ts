/** The places of the page: their addresses, names, icons and keys; navigation, palette and shortcuts read them here. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  AudioLines,
  ChartColumn,
  Compass,
  FileUp,
  LibraryBig,
  ListChecks,
  type LucideIcon,
  MessageCircleQuestion,
  Search,
  Settings,
  Waypoints,
} from "lucide-react";

export type Place = {
  to:
    | "/"
    | "/library"
    | "/search"
    | "/ask"
    | "/archive"
    | "/graph"
    | "/statistics"
    | "/import"
    | "/review"
    | "/settings";
  name: MessageDescriptor;
  icon: LucideIcon;
  keys: string;
  /** In the bar of phones; the others are in its "More". */
  isMain?: boolean;
};

export const PLACES: readonly Place[] = [
  { to: "/", name: msg`Home`, icon: Compass, keys: "g h", isMain: true },
  { to: "/library", name: msg`Library`, icon: LibraryBig, keys: "g l", isMain: true },
  { to: "/search", name: msg`Search`, icon: Search, keys: "/", isMain: true },
  { to: "/archive", name: msg`Archive`, icon: AudioLines, keys: "g a", isMain: true },
  { to: "/ask", name: msg`Ask`, icon: MessageCircleQuestion, keys: "g q" },
  { to: "/graph", name: msg`Graph`, icon: Waypoints, keys: "g g" },
  { to: "/statistics", name: msg`Statistics`, icon: ChartColumn, keys: "g s" },
  { to: "/import", name: msg`Import`, icon: FileUp, keys: "g i" },
  { to: "/review", name: msg`Review`, icon: ListChecks, keys: "g r" },
  { to: "/settings", name: msg`Settings`, icon: Settings, keys: "g ," },
];
