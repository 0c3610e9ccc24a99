/** A title's cover: the picture where the person allows remote images, else one drawn from its name. */
import { useState } from "react";
import { usePreferences } from "@/api/preferences";
import { cn } from "./classes";
import { Drawing } from "./cover-drawing";
import type { Kind } from "./kinds";

export type Covered = {
  title: string;
  kind: Kind;
  year?: number | null | undefined;
  /** Who made it; printed at the foot. */
  by?: string | null | undefined;
  imageUrl?: string | null | undefined;
};

/** Ground, ink, and two inks of the drawing. Every ink keeps 4.5:1 on its ground. */
const PALETTES: readonly (readonly [string, string, string, string])[] = [
  ["#1d3557", "#f7f0e3", "#e4572e", "#a8c5da"],
  ["#f0dfc0", "#2b1d12", "#c8452c", "#1f6f6b"],
  ["#5c1a2e", "#fbeee0", "#f2a65a", "#d96c75"],
  ["#123c36", "#eef4e6", "#e9c46a", "#5fb49c"],
  ["#e9e4f5", "#251b45", "#7b4bc4", "#f08a5d"],
  ["#2b2d42", "#f4f1ea", "#ef8354", "#8d99ae"],
  ["#f6c453", "#2a1a05", "#b3361b", "#1f4e5f"],
  ["#0f4c5c", "#fdf3e3", "#fb8b24", "#9ad1d4"],
  ["#f4d6cf", "#3a1220", "#b23a57", "#5b7f95"],
  ["#24243a", "#f2ecff", "#b388eb", "#f7aef8"],
  ["#dfe8d8", "#18301f", "#3f7d4e", "#d98e32"],
  ["#7a2414", "#fff0df", "#ffb454", "#f26b3a"],
];

/** A number made from text, the same on every machine (FNV-1a, 32 bits). */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  return sum >>> 0;
}

export function Cover({ title, kind, year, by, imageUrl, className }: Covered & { className?: string }) {
  const { remote_images: isAllowed } = usePreferences();
  const [isBroken, setBroken] = useState(false);
  if (imageUrl && isAllowed && !isBroken) {
    return (
      <div className={cn("aspect-2/3 overflow-hidden rounded-card bg-sunken shadow-card", className)}>
        <img
          src={imageUrl}
          alt=""
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          onError={() => setBroken(true)}
          className="size-full object-cover"
        />
      </div>
    );
  }
  return <Drawn title={title} kind={kind} year={year} by={by} className={className} />;
}

/** Longer titles are set smaller: by their length, and by their longest word, which must not be broken. */
function typeSize(title: string): number {
  const longest = Math.max(...title.split(/[\s-]+/).map((word) => word.length));
  return Math.max(6.5, Math.min(15, 132 / Math.max(longest, 6), 42 / Math.sqrt(title.length) + 3.5));
}

function Drawn({ title, kind, year, by, className }: Covered & { className?: string | undefined }) {
  // Films that were made again differ in the year alone.
  const seed = hash(`${kind}:${title}:${year ?? ""}`);
  const [ground, ink, first, second] = PALETTES[seed % PALETTES.length] ?? [
    "#1d3557",
    "#f7f0e3",
    "#e4572e",
    "#a8c5da",
  ];
  const isBook = kind === "book";
  return (
    <div
      aria-hidden
      style={{ backgroundColor: ground, color: ink }}
      className={cn("@container relative aspect-2/3 overflow-hidden rounded-card shadow-card", className)}
    >
      <svg
        viewBox="0 0 200 300"
        preserveAspectRatio="xMidYMid slice"
        className="absolute inset-0 size-full"
        aria-hidden="true"
      >
        <Drawing kind={kind} seed={seed} first={first} second={second} />
      </svg>
      <div
        className={cn("absolute inset-0 flex flex-col p-[8cqi]", isBook ? "justify-start" : "justify-end")}
      >
        <p
          style={{ fontSize: `${typeSize(title)}cqi`, textWrap: "balance" }}
          className={cn(
            "line-clamp-5 leading-[1.04] wrap-anywhere hyphens-auto",
            isBook ? "font-serif font-medium" : "font-display font-extrabold tracking-tight",
          )}
        >
          {title}
        </p>
        <p className="mt-[3cqi] flex justify-between gap-[4cqi] text-[6.2cqi] leading-tight opacity-85">
          <span className="line-clamp-1">{by}</span>
          <span className="tabular">{year}</span>
        </p>
      </div>
    </div>
  );
}
