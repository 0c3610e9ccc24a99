/** How far something is, as a bar. */
import { cn } from "@/kit/classes";
import { percent } from "@/kit/words";

export function Progress({
  share,
  label,
  isResting,
  className,
}: {
  /** 0 to 1. */
  share: number;
  /** What it is of, for screen readers. */
  label: string;
  /** It waits, and is not as bright. */
  isResting?: boolean;
  className?: string;
}) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={percent(share)}
      className={cn("h-1.5 overflow-hidden rounded-full bg-line", className)}
    >
      <div
        className={cn(
          "h-full origin-left rounded-full bg-accent transition-transform duration-300",
          isResting && "bg-strong-line",
        )}
        style={{ transform: `scaleX(${Math.min(1, Math.max(0, share))})` }}
      />
    </div>
  );
}
