/** Stars in halves: pointed at, or set with the keyboard. */
import { useLingui } from "@lingui/react/macro";
import { useId, useState } from "react";
import { cn } from "./classes";
import { number } from "./words";

const STAR = "M12 2.6l2.9 6 6.6.9-4.8 4.6 1.2 6.5L12 17.5l-5.9 3.1 1.2-6.5L2.5 9.5l6.6-.9z";

type StarsProps = { value: number | null | undefined; className?: string };

/** A rating of 0.5 to 5 that is only shown. */
export function Stars({ value, className }: StarsProps) {
  const { t } = useLingui();
  if (value == null) return null;
  const words = number(value, { maximumFractionDigits: 1 });
  return (
    <span role="img" aria-label={t`${words} of 5 stars`} className={cn("inline-flex text-star", className)}>
      {[1, 2, 3, 4, 5].map((star) => (
        <Star key={star} share={Math.max(0, Math.min(1, value - star + 1))} />
      ))}
    </span>
  );
}

/** One star, filled from the left up to a share of it. */
function Star({ share, className }: { share: number; className?: string }) {
  const id = useId();
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={cn("size-[1em]", className)}>
      {/* The rim can be seen where there is no rating yet, too: 3:1 on every ground. */}
      <path
        d={STAR}
        fill="currentColor"
        fillOpacity="0.14"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinejoin="round"
      />
      {share > 0 && (
        <>
          <clipPath id={id}>
            <rect width={24 * share} height="24" />
          </clipPath>
          <path d={STAR} fill="currentColor" clipPath={`url(#${id})`} />
        </>
      )}
    </svg>
  );
}

type RatingProps = {
  /** Whose rating it is, for screen readers: the title. */
  title: string;
  value: number | null | undefined;
  /** None takes the rating back. */
  onChange: (value: number | null) => void;
  className?: string;
};

/** A slider that looks like stars: arrows move by halves, digits 0–9 set twice the stars, Delete takes it back. */
export function Rating({ title, value, onChange, className }: RatingProps) {
  const { t } = useLingui();
  const [pointed, setPointed] = useState<number | null>(null);
  const shown = pointed ?? value ?? 0;
  const words = value == null ? t`not rated` : t`${number(value)} of 5 stars`;

  const at = (event: React.PointerEvent<HTMLElement> | React.MouseEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.max(0.5, Math.min(5, Math.ceil(share * 10) / 2));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const chosen = ratingOf(event.key, value ?? null);
    if (chosen === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(chosen);
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t`Your rating of ${title}`}
      aria-valuemin={0}
      aria-valuemax={5}
      aria-valuenow={value ?? 0}
      aria-valuetext={words}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => event.pointerType === "mouse" && setPointed(at(event))}
      onPointerLeave={() => setPointed(null)}
      onClick={(event) => {
        const chosen = at(event);
        onChange(chosen === value ? null : chosen);
      }}
      className={cn(
        "inline-flex cursor-pointer touch-manipulation rounded-md text-star select-none",
        value == null && pointed === null && "text-strong-line",
        className,
      )}
    >
      {[1, 2, 3, 4, 5].map((star) => (
        <Star key={star} share={Math.max(0, Math.min(1, shown - star + 1))} className="px-[0.05em]" />
      ))}
    </div>
  );
}

/** The rating that a key asks for; undefined: the key means something else. */
export function ratingOf(key: string, now: number | null): number | null | undefined {
  if (key === "ArrowRight" || key === "ArrowUp") return Math.min(5, (now ?? 0) + 0.5);
  if (key === "ArrowLeft" || key === "ArrowDown") return now === null || now <= 0.5 ? null : now - 0.5;
  if (key === "Delete" || key === "Backspace") return null;
  if (key === "End") return 5;
  if (key === "Home") return 0.5;
  // 0 stands for ten halves, as the last of the row of digits.
  if (/^[0-9]$/.test(key)) return key === "0" ? 5 : Number(key) / 2;
  return undefined;
}
