/** A thing of the graph in a line of text: its icon, its name, a way to go there. */
import type { ThingView } from "@/api/schema";
import { cn } from "@/kit/classes";
import { LOOKS } from "./looks";

type ThingChipProps = { thing: ThingView; onPick?: (thing: ThingView) => void; className?: string };

export function ThingChip({ thing, onPick, className }: ThingChipProps) {
  const look = LOOKS[thing.kind];
  const classes = cn(
    "inline-flex max-w-full items-center gap-1.5 rounded-full border border-line bg-surface px-2.5 py-1 text-sm",
    className,
  );
  const inner = (
    <>
      <look.icon aria-hidden className="size-3.5 shrink-0" style={{ color: `var(${look.hue})` }} />
      <span className="truncate">{thing.name}</span>
    </>
  );
  if (!onPick) return <span className={classes}>{inner}</span>;
  return (
    <button
      type="button"
      onClick={() => onPick(thing)}
      className={cn(classes, "hover:border-strong-line hover:bg-sunken")}
    >
      {inner}
    </button>
  );
}
