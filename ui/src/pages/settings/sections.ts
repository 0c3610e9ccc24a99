/** The sections of Settings: their addresses, names and icons, and which are for administrators. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import {
  Bot,
  BrainCircuit,
  Database,
  DoorOpen,
  HardDrive,
  HeartPulse,
  House,
  KeyRound,
  type LucideIcon,
  Palette,
  UserRound,
  UsersRound,
} from "lucide-react";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

export type Section = {
  name: string;
  title: MessageDescriptor;
  icon: LucideIcon;
  forAdmins?: boolean;
  component: LazyExoticComponent<ComponentType>;
};

export const SECTIONS: readonly Section[] = [
  { name: "profile", title: msg`Profile`, icon: UserRound, component: lazy(() => import("./profile")) },
  {
    name: "appearance",
    title: msg`Appearance`,
    icon: Palette,
    component: lazy(() => import("./appearance")),
  },
  { name: "household", title: msg`Household`, icon: House, component: lazy(() => import("./household")) },
  { name: "keys", title: msg`API keys`, icon: KeyRound, component: lazy(() => import("./keys")) },
  { name: "storage", title: msg`Storage`, icon: HardDrive, component: lazy(() => import("./storage")) },
  { name: "data", title: msg`Your data`, icon: DoorOpen, component: lazy(() => import("./data")) },
  {
    name: "users",
    title: msg`Users`,
    icon: UsersRound,
    forAdmins: true,
    component: lazy(() => import("./users")),
  },
  {
    name: "sources",
    title: msg`Sources`,
    icon: Database,
    forAdmins: true,
    component: lazy(() => import("./sources")),
  },
  {
    name: "tools",
    title: msg`Models and endpoints`,
    icon: Bot,
    forAdmins: true,
    component: lazy(() => import("./tools")),
  },
  {
    name: "models",
    title: msg`Recommender`,
    icon: BrainCircuit,
    forAdmins: true,
    component: lazy(() => import("./models")),
  },
  {
    name: "health",
    title: msg`Health`,
    icon: HeartPulse,
    forAdmins: true,
    component: lazy(() => import("./health")),
  },
];
